using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Identity;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>A client's own token goes on to the one backend that judges it itself, and to no other.</summary>
public sealed class ForwardedTokenTests(Servers servers) : IAsyncLifetime
{
    private const string Audience = "https://mcp.example.com/judging/mcp";

    private readonly string _path = $"{Guid.NewGuid():n}";

    private TestIssuer _issuer = null!;
    private GatewayProcess _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        var config = servers.Config().Backend("judging", servers.Raw.Url).Backend("picked", servers.Raw.Url);
        config.Sentinel["Authentication"]!["Issuers"] = new JsonArray(new JsonObject
        {
            ["Authority"] = _issuer.Authority,
            ["Audiences"] = new JsonArray(Audience),
            ["RequireHttpsMetadata"] = false,
        });
        config.Sentinel["Backends"] = new JsonObject
        {
            ["judging"] = new JsonObject { ["ForwardAuthorization"] = true },
        };
        config.ReverseProxy["Routes"]!["picked"]!["Transforms"]!.AsArray()
            .Add(new JsonObject { ["RequestHeadersAllowed"] = "Authorization;Content-Type" });
        _gateway = await GatewayProcess.StartAsync(config);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task A_token_arrives_where_it_is_judged_and_nowhere_else()
    {
        var token = $"Bearer {_issuer.Token(Audience).With("roles", "tester")}";

        foreach (var backend in new[] { "judging", "raw", "picked" })
        {
            using var answer = await SendAsync(backend, token);
            Assert.Equal(404, (int)answer.StatusCode);
        }

        Assert.Equal([token, "", ""], Arrived().Select(request => request.Headers.Authorization.ToString()));
        Assert.All(Arrived(), request => Assert.Equal("alice", request.Headers["Sentinel-Subject"]));
    }

    [Fact]
    public async Task A_key_arrives_nowhere_however_it_is_sent()
    {
        using var answer = await SendAsync("judging", $"Bearer {Servers.TesterKey}");

        Assert.Equal(404, (int)answer.StatusCode);
        Assert.Equal(0, Assert.Single(Arrived()).Headers.Authorization.Count);
    }

    private Task<HttpResponseMessage> SendAsync(string backend, string authorization) =>
        RawCall.Post(new Uri(_gateway.Url, $"{backend}/{_path}"), RawCall.ToolCall("echo"), key: null)
            .With("Authorization", authorization)
            .SendAsync();

    private ScriptedRequest[] Arrived() => [.. servers.Raw.Requests.Where(request => request.Path == $"/{_path}")];
}
