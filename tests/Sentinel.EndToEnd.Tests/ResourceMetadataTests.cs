using System.Net;
using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What a client that was refused, or has only a URL, learns of where tokens come from (RFC 9728).</summary>
public sealed class ResourceMetadataTests(Servers servers, MetadataGateways gateways) : IClassFixture<MetadataGateways>
{
    private const string WellKnown = "/.well-known/oauth-protected-resource";

    [Theory]
    [InlineData("/sample/mcp", "https://mcp.example.com/sample/mcp")]
    [InlineData("/sample/mcp/", "https://mcp.example.com/sample/mcp")]
    [InlineData("/sample/a%20b", "https://mcp.example.com/sample/a%20b")]
    [InlineData("/narrow/mcp", "https://mcp.example.com/narrow/mcp")]
    [InlineData("", "https://mcp.example.com")]
    [InlineData("/", "https://mcp.example.com")]
    public async Task Names_the_resource_as_clients_call_it(string path, string resource)
    {
        var answer = await RawHttp1.SendAsync(
            gateways.Public.Url, $"GET {WellKnown}{path} HTTP/1.1", ["Host: mcp.example.com"]);

        Assert.Equal(200, answer.Status);
        var metadata = JsonNode.Parse(answer.Body)!;
        Assert.Equal(resource, (string)metadata["resource"]!);
        Assert.Equal(
            """["https://idp.example.com/realms/main","https://login.microsoftonline.com/contoso.example/v2.0"]""",
            metadata["authorization_servers"]!.ToJsonString());
        Assert.Equal(
            $$"""["mcp:call","{{resource}}/access"]""",
            metadata["scopes_supported"]!.ToJsonString());
        Assert.Equal("""["header"]""", metadata["bearer_methods_supported"]!.ToJsonString());
        Assert.Equal(["Origin"], answer.Header("Vary"));
    }

    [Theory]
    [InlineData("GET", "/nowhere/mcp", 404)]
    [InlineData("GET", "/.well-known/oauth-protected-resource", 404)]
    [InlineData("GET", "-x/sample/mcp", 401)]
    [InlineData("POST", "/sample/mcp", 405)]
    [InlineData("DELETE", "", 405)]
    [InlineData("HEAD", "/sample/mcp", 200)]
    public async Task Is_told_of_routes_alone_and_to_GET_alone(string method, string path, int status)
    {
        var answer = await RawHttp1.SendAsync(
            gateways.Public.Url, $"{method} {WellKnown}{path} HTTP/1.1", ["Host: mcp.example.com"]);

        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData(null, "Bearer scope=\"$SCOPES\", resource_metadata=\"$URL\", realm=\"sentinel\"")]
    [InlineData(
        "Authorization: Bearer eyJhbGciOiJub25lIn0.e30.",
        "Bearer error=\"invalid_token\", scope=\"$SCOPES\", resource_metadata=\"$URL\", realm=\"sentinel\"")]
    [InlineData(
        "X-Api-Key: wrong",
        "Bearer error=\"invalid_token\", scope=\"$SCOPES\", resource_metadata=\"$URL\", realm=\"sentinel\"")]
    public async Task Is_where_a_challenge_leads(string? credential, string challenge)
    {
        string[] headers = ["Host: mcp.example.com", "Content-Type: application/json"];

        var answer = await RawHttp1.SendAsync(
            gateways.Public.Url,
            "POST /sample/mcp HTTP/1.1",
            credential is null ? headers : [.. headers, credential],
            """{"jsonrpc":"2.0","id":1,"method":"ping"}""");

        Assert.Equal(401, answer.Status);
        Assert.Equal(
            challenge
                .Replace("$SCOPES", "mcp:call https://mcp.example.com/sample/mcp/access", StringComparison.Ordinal)
                .Replace("$URL", $"https://mcp.example.com{WellKnown}/sample/mcp", StringComparison.Ordinal),
            answer.Header("WWW-Authenticate").Single());
    }

    [Theory]
    [InlineData("listed.example", "http://listed.example")]
    [InlineData("listed.example:8080", "http://listed.example:8080")]
    [InlineData("127.0.0.1:8080", "http://127.0.0.1:8080")]
    public async Task Goes_by_a_host_that_was_written_down_where_there_is_no_public_URL(string host, string origin)
    {
        var answer = await RawHttp1.SendAsync(
            gateways.Open.Url, $"GET {WellKnown}/sample/mcp HTTP/1.1", [$"Host: {host}"]);

        Assert.Equal(200, answer.Status);
        Assert.Equal($"{origin}/sample/mcp", (string)JsonNode.Parse(answer.Body)!["resource"]!);
    }

    [Fact]
    public async Task Goes_by_no_host_that_passes_only_because_every_one_does()
    {
        var metadata = await RawHttp1.SendAsync(
            gateways.Open.Url, $"GET {WellKnown}/sample/mcp HTTP/1.1", ["Host: attacker.example"]);
        var refused = await RawHttp1.SendAsync(
            gateways.Open.Url, "GET /sample/mcp HTTP/1.1", ["Host: attacker.example"]);

        Assert.Equal(404, metadata.Status);
        Assert.Equal(401, refused.Status);
        Assert.DoesNotContain("attacker", refused.Header("WWW-Authenticate").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("resource_metadata", refused.Header("WWW-Authenticate").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_nowhere_where_no_token_is_taken()
    {
        var gateway = await servers.Gateway;

        using var http = new HttpClient();
        using var metadata = await http.GetAsync(
            new Uri(gateway.Url, $"{WellKnown}/sample/mcp"), TestContext.Current.CancellationToken);
        using var refused = await http.GetAsync(
            new Uri(gateway.Url, "sample/mcp"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, metadata.StatusCode);
        Assert.Equal("Bearer realm=\"sentinel\"", refused.Headers.WwwAuthenticate.ToString());
    }
}

/// <summary>Gateways that take tokens: one with a public URL, one that is called by any host.</summary>
public sealed class MetadataGateways(Servers servers) : IAsyncLifetime
{
    internal GatewayProcess Public { get; private set; } = null!;

    internal GatewayProcess Open { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var config = Config();
        config.Sentinel["PublicUrl"] = "https://mcp.example.com";
        config.ReverseProxy["Routes"]!["narrow"] = new JsonObject
        {
            ["ClusterId"] = "sample",
            ["Match"] = new JsonObject { ["Path"] = "/narrow/mcp", ["Methods"] = new JsonArray("POST") },
        };
        Public = await GatewayProcess.StartAsync(config);
        var open = Config();
        open.Sentinel["AllowedHosts"] = new JsonArray("*", "listed.example");
        Open = await GatewayProcess.StartAsync(open);
    }

    public async ValueTask DisposeAsync()
    {
        await Public.DisposeAsync();
        await Open.DisposeAsync();
    }

    private ProxyConfig Config()
    {
        var config = new ProxyConfig().Backend("sample", servers.Sample.Url);
        config.Sentinel["Authentication"] = new JsonObject
        {
            ["Issuers"] = new JsonArray(new JsonObject
            {
                ["Authority"] = "https://idp.example.com/realms/main",
                ["Audiences"] = new JsonArray("https://mcp.example.com/sample/mcp"),
                ["Scopes"] = new JsonArray("mcp:call"),
            }),
            ["AzureAd"] = new JsonObject
            {
                ["TenantId"] = "contoso.example",
                ["ClientId"] = "11111111-2222-3333-4444-555555555555",
                ["Scopes"] = "access",
            },
        };
        return config;
    }
}
