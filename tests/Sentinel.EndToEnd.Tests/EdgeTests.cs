using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What is decided before anybody is asked who he is: host, origin, and whom proxies stand for.</summary>
public sealed class EdgeTests(Servers servers, EdgeGateway started) : IClassFixture<EdgeGateway>
{
    private const string Key = $"X-Api-Key: {Servers.TesterKey}";
    private const string Json = "Content-Type: application/json";

    private readonly string _path = $"{Guid.NewGuid():n}";

    [Theory]
    [InlineData("Host: mcp.example.com", 200)]
    [InlineData("Host: MCP.example.com.:8443", 200)]
    [InlineData("Host: gateway.internal:1", 200)]
    [InlineData("Host: localhost:8080", 200)]
    [InlineData("Host: 192.0.2.44", 200)]
    [InlineData("Host: [2001:db8::1]:8080", 200)]
    [InlineData("Host: evil.example.com", 403)]
    [InlineData("Host: mcp.example.com.evil.net", 403)]
    [InlineData("Host: 127.0.0.1.evil.net:8080", 403)]
    [InlineData("Host: mcp.example.com@evil.net", 400)]
    [InlineData("Host:", 403)]
    [InlineData("Host: mcp.example.com\r\nHost: evil.example.com", 400)]
    [InlineData("Host: evil.example.com\r\nX-Forwarded-Host: mcp.example.com", 200)]
    [InlineData("Host: mcp.example.com\r\nX-Forwarded-Host: evil.example.com", 403)]
    [InlineData("Host: mcp.example.com\r\nX-Forwarded-Host: mcp.example.com, evil.example.com", 403)]
    [InlineData("X-Nothing: 1", 400)]
    public async Task A_host_is_judged_as_the_client_named_it(string host, int status)
    {
        servers.Raw.On($"/{_path}", Answer);

        var answer = await PostAsync(host);

        Assert.Equal(status, answer.Status);
        AssertForwarded(status == 200);
        if (status == 403)
        {
            Assert.Contains("\"reason\":\"origin_denied\"", answer.Body, StringComparison.Ordinal);
            Assert.Contains("Sentinel.AllowedHosts", answer.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("http://mcp.example.com/raw/", 200)]
    [InlineData("http://evil.example.com/raw/", 400)]
    public async Task A_whole_url_as_target_must_name_the_same_host(string target, int status)
    {
        servers.Raw.On($"/{_path}", Answer);

        var answer = await RawHttp1.SendAsync(
            started.Gateway.Url, $"POST {target}{_path} HTTP/1.1", ["Host: mcp.example.com", Key, Json], Call);

        Assert.Equal(status, answer.Status);
        AssertForwarded(status == 200);
    }

    [Theory]
    [InlineData("Origin: https://mcp.example.com", 200)]
    [InlineData("Origin: https://app.example.com", 200)]
    [InlineData("Origin: http://localhost:6274", 200)]
    [InlineData("Origin: http://127.0.0.1:6274", 200)]
    [InlineData("Origin: http://mcp.example.com", 403)]
    [InlineData("Origin: https://evil.example.com", 403)]
    [InlineData("Origin: null", 403)]
    [InlineData("Origin:", 403)]
    [InlineData("Origin: https://app.example.com\r\nOrigin: https://evil.example.com", 403)]
    [InlineData("Origin: https://app.example.com\r\nOrigin: https://app.example.com", 403)]
    public async Task A_page_calls_if_its_origin_may(string origin, int status)
    {
        servers.Raw.On($"/{_path}", http =>
        {
            http.Response.Headers.AccessControlAllowOrigin = "https://the-servers.own";
            http.Response.Headers.AccessControlAllowCredentials = "true";
            http.Response.Headers.Vary = "Accept";
            return Answer(http);
        });

        var answer = await PostAsync("Host: mcp.example.com", origin);

        Assert.Equal(status, answer.Status);
        AssertForwarded(status == 200);
        Assert.Equal(status == 200 ? [origin["Origin: ".Length..]] : [], answer.Header("Access-Control-Allow-Origin"));
        Assert.Empty(answer.Header("Access-Control-Allow-Credentials"));
        if (status == 200)
        {
            Assert.Equal(["Accept", "Origin"], answer.Header("Vary"));
            Assert.Equal(
                ["Mcp-Session-Id, MCP-Protocol-Version, Sentinel-Request-Id, WWW-Authenticate, Retry-After"],
                answer.Header("Access-Control-Expose-Headers"));
            Assert.Equal(0, Arrived().Single().Headers.Origin.Count);
        }
        else
        {
            Assert.Contains("Sentinel.AllowedOrigins", answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_page_can_read_a_refusal()
    {
        var answer = await RawHttp1.SendAsync(
            started.Gateway.Url,
            $"POST /raw/{_path} HTTP/1.1",
            ["Host: mcp.example.com", "Origin: https://app.example.com", Json],
            Call);

        Assert.Equal(401, answer.Status);
        Assert.Equal(["https://app.example.com"], answer.Header("Access-Control-Allow-Origin"));
        Assert.Contains("WWW-Authenticate", Assert.Single(answer.Header("Access-Control-Expose-Headers")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preflight_is_answered_before_a_credential_is_asked_for()
    {
        var answer = await RawHttp1.SendAsync(
            started.Gateway.Url,
            $"OPTIONS /raw/{_path} HTTP/1.1",
            [
                "Host: mcp.example.com", "Origin: https://app.example.com", "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: authorization,content-type, mcp-param-region,last-event-id,x-other,"
                    + "sentinel-subject",
            ]);

        Assert.Equal(204, answer.Status);
        Assert.Equal(["https://app.example.com"], answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal(["GET, POST, DELETE"], answer.Header("Access-Control-Allow-Methods"));
        Assert.Equal(
            ["authorization, content-type, mcp-param-region, last-event-id"], answer.Header("Access-Control-Allow-Headers"));
        Assert.Equal(["7200"], answer.Header("Access-Control-Max-Age"));
        Assert.Equal(["Origin, Access-Control-Request-Headers"], answer.Header("Vary"));
        Assert.Empty(Arrived());
    }

    [Theory]
    [InlineData("Origin: https://evil.example.com\r\nAccess-Control-Request-Method: POST", 403)]
    [InlineData("Origin: https://app.example.com", 401)]
    [InlineData("Access-Control-Request-Method: POST", 401)]
    public async Task Other_questions_are_no_preflight(string headers, int status)
    {
        var answer = await RawHttp1.SendAsync(
            started.Gateway.Url, $"OPTIONS /raw/{_path} HTTP/1.1", ["Host: mcp.example.com", headers]);

        Assert.Equal(status, answer.Status);
        AssertForwarded(false);
    }

    [Fact]
    public async Task Health_is_told_to_whoever_asks()
    {
        var answer = await RawHttp1.SendAsync(
            started.Gateway.Url, "GET /healthz/live HTTP/1.1", ["Host: pod-17.example", "Origin: null"]);

        Assert.Equal(200, answer.Status);
    }

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("1.1.1.1, 203.0.113.9, 10.1.1.1", "203.0.113.9")]
    [InlineData("203.0.113.9, garbage", "127.0.0.1")]
    [InlineData(null, "127.0.0.1")]
    public async Task The_server_and_the_row_are_told_of_the_client_behind_the_proxies(string? forwardedFor, string client)
    {
        servers.Raw.On($"/{_path}", Answer);
        List<string> headers =
            ["X-Forwarded-Proto: https", "X-Forwarded-Host: mcp.example.com", $"User-Agent: {_path}"];
        if (forwardedFor is not null)
        {
            headers.Add($"X-Forwarded-For: {forwardedFor}");
        }

        var answer = await PostAsync(["Host: inner.example", .. headers]);

        Assert.Equal(200, answer.Status);
        var arrived = Arrived().Single().Headers;
        Assert.Equal(client, arrived["X-Forwarded-For"]);
        Assert.Equal("https", arrived["X-Forwarded-Proto"]);
        Assert.Equal("mcp.example.com", arrived["X-Forwarded-Host"]);
        Assert.Equal(servers.Raw.Url.Authority, arrived.Host);
        var rows = AuditTable.OfFile(Path.Combine(started.Gateway.Folder, "audit.db"));
        await Eventually.HoldsAsync(async () => (await rows.RowsAsync(_path)).Count == 1);
        Assert.Equal(client, (await rows.RowsAsync(_path)).Single()["client_address"]);
    }

    private const string Call = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}""";

    private static Task Answer(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync("""{"jsonrpc":"2.0","id":1,"result":{}}""");
    }

    private Task<RawResponse> PostAsync(params string[] headers) =>
        RawHttp1.SendAsync(started.Gateway.Url, $"POST /raw/{_path} HTTP/1.1", [.. headers, Key, Json], Call);

    private IEnumerable<ScriptedRequest> Arrived() => servers.Raw.Requests.Where(request => request.Path == $"/{_path}");

    private void AssertForwarded(bool isForwarded) => Assert.Equal(isForwarded ? 1 : 0, Arrived().Count());
}

/// <summary>A gateway behind a proxy on this machine, called as <c>mcp.example.com</c>.</summary>
public sealed class EdgeGateway(Servers servers) : IAsyncLifetime
{
    public GatewayProcess Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var config = servers.Config().AuditToSqlite("audit.db");
        config.Sentinel["PublicUrl"] = "https://mcp.example.com";
        config.Sentinel["TrustedProxies"] = new JsonArray("127.0.0.1", "10.0.0.0/8");
        config.Sentinel["AllowedHosts"] = new JsonArray("gateway.internal");
        config.Sentinel["AllowedOrigins"] = new JsonArray("https://app.example.com");
        Gateway = await GatewayProcess.StartAsync(config);
    }

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();
}
