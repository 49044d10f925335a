using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Identity;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Telemetry;

/// <summary>
/// Two gateways on which every metric can be made to move: one that is well, and one without a journal, with a store
/// that can be taken away, a short channel, and a collector that is not there.
/// </summary>
public sealed class MeasuredGateways : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ScriptedBackend _backend = null!;
    private TestIssuer _issuer = null!;

    internal GatewayProcess Well { get; private set; } = null!;

    internal GatewayProcess Ill { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _backend = await ScriptedBackend.StartAsync(TracedGateway.AnswerAsync);
        _backend.On("/stream", async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await _release.Task.WaitAsync(http.RequestAborted);
        });
        _backend.On("/resumed", http =>
        {
            http.Response.Headers["Mcp-Session-Id"] = Guid.NewGuid().ToString();
            http.Response.ContentType = "text/event-stream";
            return http.Response.WriteAsync("id: 1\ndata: \n\n");
        });
        _backend.On("/tools", http => AnswerAsync(
            http, """{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"denied","inputSchema":{}}]}}"""));
        _backend.On("/broken", http => AnswerAsync(http, """{"jsonrpc":"2.0","id":1,"result":{"tools":[{"""));
        _issuer = await TestIssuer.StartAsync();
        Well = await GatewayProcess.StartAsync(
            WellConfig(),
            new Dictionary<string, string?> { ["DOTNET_GCgen0size"] = "0x100000" },
            files: ("tools.lock.json", """{"pinned":{}}"""));
        Ill = await GatewayProcess.StartAsync(
            IllConfig(),
            new Dictionary<string, string?>(TracedGateway.Quick) { ["DOTNET_ThreadPool_ForceMaxWorkerThreads"] = "1" });
    }

    public async ValueTask DisposeAsync()
    {
        _release.TrySetResult();
        await Well.DisposeAsync();
        await Ill.DisposeAsync();
        await _backend.DisposeAsync();
        await _issuer.DisposeAsync();
        _folder.Dispose();
    }

    internal Task<Reply> CallAsync(string tool, string backend = "raw", GatewayProcess? at = null, string path = "mcp") =>
        Rpc.PostAsync(new Uri((at ?? Well).Url, $"{backend}/{path}"), Servers.TesterKey, RawCall.ToolCall(tool), []);

    internal Task<Reply> ListAsync(string path, string backend = "raw") =>
        Rpc.PostAsync(new Uri(Well.Url, $"{backend}/{path}"), Servers.TesterKey, RawCall.WithMethod("tools/list"), []);

    /// <summary>A call whose own stream ends before the answer.</summary>
    internal async Task CallAndWaitAsync()
    {
        using var opened = await InSession(null, RawCall.WithMethod("initialize")).SendAsync();
        using var called = await InSession(opened.Header("Mcp-Session-Id"), RawCall.ToolCall("resumed")).SendAsync();
        await called.Content.ReadAsStringAsync();
    }

    internal Task<HttpResponseMessage> ListenAsync() => RawCall.Http.SendAsync(
        new HttpRequestMessage(HttpMethod.Get, new Uri(Well.Url, "raw/stream"))
            .With("X-Api-Key", Servers.TesterKey).With("Accept", "text/event-stream"),
        HttpCompletionOption.ResponseHeadersRead);

    internal Task<HttpResponseMessage> CallWithTokenAsync(string subject) =>
        RawCall.Post(new Uri(Well.Url, "raw/mcp"), RawCall.ToolCall("echo"), key: null)
            .With("Authorization", $"Bearer {_issuer.Token("aud", subject)}").SendAsync();

    /// <summary>Takes a store's table away, or gives it back.</summary>
    internal Task RenameTableAsync(string database, string from, string to) =>
        ExecuteAsync(_folder.File(database), $"ALTER TABLE {from} RENAME TO {to}");

    /// <summary>Has the store refuse arguments, and so be content with rows without them.</summary>
    internal Task RefuseArgumentsAsync() => ExecuteAsync(
        _folder.File("well.db"),
        """
        CREATE TRIGGER IF NOT EXISTS refuse BEFORE INSERT ON audit_log
        WHEN NEW.tool_name = 'refused-row' AND instr(NEW.request_args, 'arguments') > 0
        BEGIN SELECT RAISE(ABORT, 'refused'); END
        """);

    /// <summary>Writes proxy.json anew, with or without a fault.</summary>
    internal Task RewriteAsync(bool isFaulty) => File.WriteAllTextAsync(
        Well.ConfigPath, isFaulty ? "{" : WellConfig().ToJson() + new string('\n', Random.Shared.Next(1, 1000)));

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={database};Pooling=False;Default Timeout=30");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private HttpRequestMessage InSession(string? id, string body)
    {
        var request = RawCall.Post(new Uri(Well.Url, "raw/resumed"), body).With("MCP-Protocol-Version", "2025-11-25");
        return id is null ? request : request.With("Mcp-Session-Id", id);
    }

    private static Task AnswerAsync(HttpContext http, string body)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(body);
    }

    private ProxyConfig WellConfig()
    {
        var config = TracedGateway.Config(_backend.Url)
            .Backend("pinned", _backend.Url)
            .Backend("pair", new Uri("http://127.0.0.1:1/"), _backend.Url)
            .AuditToSqlite(_folder.File("well.db"));
        var clusters = config.ReverseProxy["Clusters"]!;
        clusters["pair"]!["LoadBalancingPolicy"] = "FirstAlphabetical";
        clusters["dead"]!["HealthCheck"] = JsonNode.Parse(
            """{"Passive":{"Enabled":true,"Policy":"CircuitBreaker","ReactivationPeriod":"00:10:00"}}""");
        clusters["dead"]!["Metadata"] = new JsonObject { ["CircuitBreaker.Failures"] = "2" };
        config.Sentinel["Authentication"]!["Issuers"] = new JsonArray(new JsonObject
        {
            ["Authority"] = _issuer.Authority,
            ["Audiences"] = new JsonArray("aud"),
            ["RequireHttpsMetadata"] = false,
        });
        config.Sentinel["Rbac"]!["Pinning"] = new JsonObject { ["pinned"] = "Warn" };
        config.Sentinel["Limits"] = JsonNode.Parse(
            """{"Total":{"Streams":1},"ToolCallsPerMinute":{"PerTool":{"raw/few":1}}}""");
        config.Sentinel["Sessions"] = new JsonObject { ["AnswerWaitSeconds"] = 1 };
        return config;
    }

    private ProxyConfig IllConfig()
    {
        var config = TracedGateway.Config(_backend.Url).AuditToSqlite(_folder.File("ill.db"));
        config.Sentinel["Audit"]!["Journal"] = new JsonObject { ["Path"] = "proxy.json" };
        config.Sentinel["Audit"]!["Channel"] = new JsonObject { ["Capacity"] = 16 };
        config.Sentinel["Audit"]!["Batch"] = new JsonObject { ["MaxRows"] = 1 };
        config.Sentinel["Telemetry"] = new JsonObject { ["OtlpEndpoint"] = "http://127.0.0.1:1" };
        config.Sentinel["Shutdown"] = new JsonObject { ["LoadBalancerSeconds"] = 60 };
        return config;
    }
}
