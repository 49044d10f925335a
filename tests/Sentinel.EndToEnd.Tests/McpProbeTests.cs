using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Active health checks that speak MCP: who is alive, and who only looks so.</summary>
public sealed class McpProbeTests(Servers servers)
{
    private const string Pong = """{"jsonrpc":"2.0","id":"sentinel-probe","result":{}}""";
    private const string NoSession = """{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no session"}}""";

    [Theory]
    [InlineData(200, "application/json", Pong)]
    [InlineData(200, "text/event-stream", "data: " + Pong + "\n\n")]
    [InlineData(400, "application/json", NoSession)]
    [InlineData(400, "application/json", """{"jsonrpc":"2.0","error":{"code":-32600,"message":"no session"}}""")]
    [InlineData(404, "application/json",
        """{"error":{"code":-32601,"message":"no such method"},"jsonrpc":"2.0","id":"sentinel-probe"}""")]
    public async Task An_answer_in_JSON_RPC_below_500_is_a_sign_of_life(int status, string type, string body) =>
        Assert.Equal(["x/b"], await DeadAsync(Answering(status, type, body)));

    [Theory]
    [InlineData(200, "text/html", "<html>It works!</html>")]
    [InlineData(200, "application/json", "{}")]
    [InlineData(200, "application/json", """{"jsonrpc":"2.0","id":"another","result":{}}""")]
    [InlineData(202, null, "")]
    [InlineData(404, "application/json", """{"error":"Not Found"}""")]
    [InlineData(401, "application/json", NoSession)]
    [InlineData(403, "application/json", NoSession)]
    [InlineData(500, "application/json", Pong)]
    [InlineData(503, "application/json", NoSession)]
    [InlineData(307, "application/json", "")]
    public async Task Anything_else_is_none(int status, string? type, string body) =>
        Assert.Equal(["x/a", "x/b"], await DeadAsync(Answering(status, type, body)));

    [Fact]
    public async Task Neither_is_silence_nor_a_stream_that_says_nothing()
    {
        Assert.Equal(["x/a", "x/b"], await DeadAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted)));
        Assert.Equal(["x/a", "x/b"], await DeadAsync(async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync(": still here\n\n");
            await http.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        }));
    }

    [Fact]
    public async Task Where_clients_own_tokens_go_on_the_probe_has_none_and_a_401_is_a_sign_of_life() =>
        Assert.Equal(
            ["x/b"],
            await DeadAsync(Answering(401, "text/plain", "who?"), """{ "ForwardAuthorization": true }"""));

    [Fact]
    public async Task Servers_with_sessions_and_without_and_of_every_maker_are_alive()
    {
        Assert.Equal(["x/b"], await DeadAsync(servers.Sample.Url));
        Assert.Equal(["x/b"], await DeadAsync(servers.SampleJson.Url));
        Requires.NodePackages();
        foreach (var kind in new[] { OtherServer.NodeV1, OtherServer.NodeV2 })
        {
            await using var server = await OtherServersTests.StartAsync(kind);
            Assert.Equal(["x/b"], await DeadAsync(new Uri(server.McpUrl, "/")));
        }
    }

    [Fact]
    public async Task The_probe_is_a_ping_with_the_backends_credential_and_calls_follow_what_it_finds()
    {
        await using var a = await ScriptedBackend.StartAsync(Answering(200, "application/json", Pong));
        await using var b = await ScriptedBackend.StartAsync(TwoDestinations.AnswerAsync);
        await using var gateway = await StartAsync(
            a.Url, b.Url, """{ "Headers": { "Authorization": "Bearer env:PROBE_TOKEN" } }""");
        await Eventually.TrueAsync(() => a.Requests.Count > 1, "the probe came twice");

        var probe = a.Requests[0];
        Assert.Equal(
            ("POST", "/mcp", """{"jsonrpc":"2.0","id":"sentinel-probe","method":"ping"}"""),
            (probe.Method, probe.Path, Encoding.UTF8.GetString(probe.Body)));
        Assert.Equal("Bearer of the gateway", probe.Headers.Authorization);
        Assert.Equal("application/json, text/event-stream", probe.Headers.Accept);
        Assert.False(probe.Headers.ContainsKey("Mcp-Session-Id"));

        // b answers with the id of another request.
        await Eventually.HoldsAsync(async () => (await DeadAsync(gateway)).SequenceEqual(["x/b"]));
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(200, (await Rpc.CallAsync(new Uri(gateway.Url, "x/mcp"), Servers.TesterKey, "count")).Status);
        }

        Assert.All(b.Requests, request => Assert.Contains("ping", Encoding.UTF8.GetString(request.Body)));
    }

    private static RequestDelegate Answering(int status, string? type, string body) => http =>
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        http.Response.Headers.Location = status == 307 ? "/elsewhere" : default;
        return http.Response.WriteAsync(body);
    };

    private static async Task<IReadOnlyList<string>> DeadAsync(RequestDelegate answer, string backend = "{}")
    {
        await using var a = await ScriptedBackend.StartAsync(answer);
        return await DeadAsync(a.Url, backend);
    }

    // Who is dead once b, which is no MCP server, is. Both are judged in one round, which is over when b is asked again.
    private static async Task<IReadOnlyList<string>> DeadAsync(Uri a, string backend = "{}")
    {
        await using var b = await ScriptedBackend.StartAsync();
        await using var gateway = await StartAsync(a, b.Url, backend);
        await Eventually.HoldsAsync(async () => (await DeadAsync(gateway)).Contains("x/b"));
        var asked = b.Requests.Count;
        await Eventually.TrueAsync(() => b.Requests.Count > asked, "the next round has begun");
        return await DeadAsync(gateway);
    }

    private static Task<GatewayProcess> StartAsync(Uri a, Uri b, string backend)
    {
        var config = new ProxyConfig().Backend("x", a, b).ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*"]);
        config.ReverseProxy["Clusters"]!["x"]!["HealthCheck"] = JsonNode.Parse("""
            { "Active": { "Enabled": true, "Policy": "Mcp", "Path": "/mcp", "Interval": "00:00:01", "Timeout": "00:00:02" } }
            """);
        config.Sentinel["Backends"] = new JsonObject { ["x"] = JsonNode.Parse(backend) };
        return GatewayProcess.StartAsync(
            config, new Dictionary<string, string?> { ["PROBE_TOKEN"] = "of the gateway" });
    }

    private static async Task<IReadOnlyList<string>> DeadAsync(GatewayProcess gateway)
    {
        var (_, body) = await Rpc.GetAsync(new Uri(gateway.ManagementUrl, "healthz/ready"));
        return [.. (JsonNode.Parse(body)!["dead"] as JsonArray ?? []).Select(name => (string)name!).Order()];
    }
}
