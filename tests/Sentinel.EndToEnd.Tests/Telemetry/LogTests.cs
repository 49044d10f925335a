using System.Text.Json;
using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Telemetry;

/// <summary>Log lines in JSON: they say which request they belong to, and nothing that it carried.</summary>
public sealed class LogTests : IAsyncLifetime
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private static readonly string[] Secrets =
    [
        Servers.TesterKey, "SECRET-ARGUMENT", "SECRET-BEARER", "SECRET-QUERY", "SECRET-COOKIE", "SECRET-AGENT",
        "SECRET-CREDENTIAL", "SECRET-RESULT", "SECRET-META",
    ];

    private ScriptedBackend _backend = null!;

    public async ValueTask InitializeAsync()
    {
        _backend = await ScriptedBackend.StartAsync(TracedGateway.AnswerAsync);
        _backend.On("/refuses", http =>
        {
            http.Response.StatusCode = 401;
            http.Response.Headers.WWWAuthenticate = "Bearer SECRET-RESULT";
            return Task.CompletedTask;
        });
        _backend.On("/breaks", async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.Body.WriteAsync("data: {\"SECRET-RESULT\""u8.ToArray());
            await http.Response.Body.FlushAsync();
            http.Abort();
        });
    }

    public ValueTask DisposeAsync() => _backend.DisposeAsync();

    [Theory]
    [InlineData("Logging__Console__FormatterName", "json", "Information")]
    [InlineData("Sentinel__Telemetry__LogFormat", "Json", "Debug")]
    public async Task Every_line_is_JSON_and_says_which_request_it_is_of_and_no_more_of_it(
        string variable,
        string format,
        string level)
    {
        await using var gateway = await GatewayProcess.StartAsync(Config(), new Dictionary<string, string?>
        {
            [variable] = format,
            ["Logging__LogLevel__Default"] = level,
            ["Logging__LogLevel__Sentinel"] = level,
            ["BACKEND_TOKEN"] = "SECRET-CREDENTIAL",
        });

        var reply = await CallAsync(gateway, "dead/mcp");
        foreach (var path in new[] { "raw/mcp", "raw/refuses", "raw/breaks", "nowhere" })
        {
            await CallAsync(gateway, path);
        }

        await CallAsync(gateway, "raw/mcp", "X-Api-Key: SECRET-BEARER");
        await CallAsync(gateway, "raw/mcp", "Authorization: Bearer SECRET-BEARER");
        await CallAsync(gateway, "raw/mcp", body: "{\"SECRET-ARGUMENT\":");

        var line = await gateway.Process.WaitForLineAsync(line =>
            line.Contains(reply.RequestId!, StringComparison.Ordinal) && line.Contains(Trace, StringComparison.Ordinal));
        await gateway.Process.WaitForLineAsync(line => line.Contains("Login failed", StringComparison.Ordinal));
        var scopes = JsonNode.Parse(line)!["Scopes"]!.AsArray();
        Assert.Contains(scopes, scope => (string?)scope!["RequestId"] == reply.RequestId && (string?)scope["TraceId"] == Trace);
        await gateway.Process.TerminateAsync();
        await gateway.Process.WaitForExitAsync();
        foreach (var text in gateway.Process.Lines)
        {
            using var json = JsonDocument.Parse(text);
            Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
        }

        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, gateway.Process.Output, StringComparison.Ordinal));
    }

    private ProxyConfig Config()
    {
        var config = TracedGateway.Config(_backend.Url).AuditToSqlite("audit.db");
        config.Sentinel["Shutdown"] = new JsonObject { ["LoadBalancerSeconds"] = 0 };
        config.Sentinel["Backends"] = new JsonObject
        {
            ["raw"] = new JsonObject { ["Headers"] = new JsonObject { ["X-Token"] = "env:BACKEND_TOKEN" } },
        };
        return config;
    }

    private static Task<Reply> CallAsync(
        GatewayProcess gateway,
        string path,
        string credential = $"X-Api-Key: {Servers.TesterKey}",
        string? body = null)
    {
        body ??= """
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"q":"SECRET-ARGUMENT"},
            "_meta":{"x":"SECRET-META"}}}
            """;
        var parts = credential.Split(": ");
        var isKey = parts[0] == "X-Api-Key";
        return Rpc.PostAsync(
            new Uri(gateway.Url, $"{path}?q=SECRET-QUERY"),
            isKey ? parts[1] : "",
            body,
            [
                ("traceparent", $"00-{Trace}-b7ad6b7169203331-01"), ("Cookie", "a=SECRET-COOKIE"),
                ("User-Agent", "SECRET-AGENT"), .. isKey ? Array.Empty<(string, string)>() : [(parts[0], parts[1])],
            ]);
    }
}
