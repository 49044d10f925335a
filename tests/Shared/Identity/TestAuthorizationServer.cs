using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Sentinel.Tests.Shared.Identity;

/// <summary>
/// The rest of an authorization server on a <see cref="TestIssuer"/>: registration, consent that is always given, and
/// tokens for the resource that was asked for, against a code and its verifier (PKCE, S256).
/// </summary>
public sealed class TestAuthorizationServer
{
    private readonly TestIssuer _issuer;
    private readonly string[] _roles;
    private readonly ConcurrentDictionary<string, Grant> _grants = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _clients = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _refused = new();

    /// <param name="issuer">What signs.</param>
    /// <param name="roles">What everybody who consents is.</param>
    public TestAuthorizationServer(TestIssuer issuer, params string[] roles)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        _issuer = issuer;
        _roles = roles;
        issuer.Metadata["authorization_endpoint"] = issuer.Authority + "/authorize";
        issuer.Metadata["token_endpoint"] = issuer.Authority + "/token";
        issuer.Metadata["registration_endpoint"] = issuer.Authority + "/register";
        issuer.Metadata["code_challenge_methods_supported"] = new JsonArray("S256");
        issuer.Metadata["grant_types_supported"] = new JsonArray("authorization_code");
        issuer.Metadata["token_endpoint_auth_methods_supported"] = new JsonArray("none");
        issuer.Metadata["authorization_response_iss_parameter_supported"] = true;
        issuer.Site.On(
            "/.well-known/oauth-authorization-server", http => http.Response.WriteAsJsonAsync(issuer.Metadata));
        issuer.Site.On("/register", RegisterAsync);
        issuer.Site.On("/authorize", AuthorizeAsync);
        issuer.Site.On("/token", GiveTokenAsync);
    }

    /// <summary>What clients asked for and did not get, in words.</summary>
    public IReadOnlyCollection<string> Refused => _refused;

    private async Task RegisterAsync(HttpContext http)
    {
        var request = (await JsonNode.ParseAsync(http.Request.Body))!.AsObject();
        var id = "client-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        _clients[id] = (string)request["redirect_uris"]![0]!;
        request["client_id"] = id;
        request["client_id_issued_at"] = 0;
        request["token_endpoint_auth_method"] = "none";
        http.Response.StatusCode = StatusCodes.Status201Created;
        await http.Response.WriteAsJsonAsync(request);
    }

    private Task AuthorizeAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var redirect = query["redirect_uri"].ToString();
        if (!_clients.TryGetValue(query["client_id"].ToString(), out var registered) || registered != redirect)
        {
            return RefuseAsync(http, "an unknown client, or another redirect than it registered");
        }

        if (query["code_challenge_method"] != "S256" || query["response_type"] != "code")
        {
            return RefuseAsync(http, "no code with a challenge of S256");
        }

        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _grants[code] = new Grant(
            query["client_id"].ToString(),
            redirect,
            query["code_challenge"].ToString(),
            query["resource"].ToString(),
            query["scope"].ToString());
        var answer = new Dictionary<string, string?> { ["code"] = code, ["iss"] = _issuer.Authority };
        if (query.ContainsKey("state"))
        {
            answer["state"] = query["state"];
        }

        http.Response.Redirect(QueryHelpers.AddQueryString(redirect, answer));
        return Task.CompletedTask;
    }

    private async Task GiveTokenAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        var verifier = SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()));
        if (form["grant_type"] != "authorization_code"
            || !_grants.TryRemove(form["code"].ToString(), out var grant)
            || grant.Challenge != Base64Url.EncodeToString(verifier)
            || grant.Redirect != form["redirect_uri"]
            || grant.Client != form["client_id"]
            || grant.Resource != form["resource"])
        {
            await RefuseAsync(http, "a code that was not given, or for something else");
            return;
        }

        var token = _issuer.Token(grant.Resource)
            .With("client_id", grant.Client)
            .With("scope", grant.Scope)
            .With("roles", new JsonArray([.. _roles.Select(role => (JsonNode)role)]));
        await http.Response.WriteAsJsonAsync(new JsonObject
        {
            ["access_token"] = token.ToString(),
            ["token_type"] = "Bearer",
            ["expires_in"] = 300,
        });
    }

    private Task RefuseAsync(HttpContext http, string why)
    {
        _refused.Enqueue(why);
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        return http.Response.WriteAsJsonAsync(new JsonObject { ["error"] = "invalid_request" });
    }

    private sealed record Grant(string Client, string Redirect, string Challenge, string Resource, string Scope);
}
