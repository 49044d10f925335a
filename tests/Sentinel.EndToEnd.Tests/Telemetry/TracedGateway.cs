using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Otlp;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Telemetry;

/// <summary>A gateway that sends everything over protobuf and HTTP to a collector, before a backend that answers.</summary>
public sealed class TracedGateway : IAsyncLifetime
{
    public const string OtherKey = "stranger-key-0123456789abcdef";

    public OtlpReceiver Collector { get; private set; } = null!;

    public ScriptedBackend Backend { get; private set; } = null!;

    public GatewayProcess Gateway { get; private set; } = null!;

    public string Database { get; } = Path.Combine(Path.GetTempPath(), $"sentinel-traced-{Guid.NewGuid():n}.db");

    public async ValueTask InitializeAsync()
    {
        Collector = await OtlpReceiver.StartAsync();
        Backend = await ScriptedBackend.StartAsync(AnswerAsync);
        var config = Config(Backend.Url).AuditToSqlite(Database);
        config.Sentinel["Telemetry"] = new JsonObject
        {
            ["OtlpEndpoint"] = Collector.HttpUrl,
            ["Protocol"] = "HttpProtobuf",
        };
        Gateway = await GatewayProcess.StartAsync(config, Quick);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Backend.DisposeAsync();
        await Collector.DisposeAsync();
        File.Delete(Database);
    }

    /// <summary>Batches leave after a moment rather than after seconds.</summary>
    public static IReadOnlyDictionary<string, string?> Quick { get; } = new Dictionary<string, string?>
    {
        ["OTEL_BSP_SCHEDULE_DELAY"] = "50",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "50",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",

        // A machine that is busy with other tests must not make it give up.
        ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "60000",
        ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=test",
    };

    public static ProxyConfig Config(Uri backend) => new ProxyConfig()
        .Backend("raw", backend)
        .Backend("dead", new Uri("http://127.0.0.1:1/"))
        .ApiKey("tester", Servers.TesterKey, "tester")
        .Role("tester", allow: ["*"], deny: ["raw/denied"]);

    /// <summary>Calls a tool, with what else the client sends.</summary>
    internal Task<Reply> CallAsync(
        string tool,
        string meta = "",
        string backend = "raw",
        string key = Servers.TesterKey,
        params (string Name, string Value)[] headers) =>
        CallAsync(Gateway, tool, meta, backend, key, headers);

    internal static Task<Reply> CallAsync(
        GatewayProcess gateway,
        string tool,
        string meta = "",
        string backend = "raw",
        string key = Servers.TesterKey,
        params (string Name, string Value)[] headers)
    {
        var body = $$$"""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{},"_meta":{ {{{meta}}} } } }""";
        return Rpc.PostAsync(new Uri(gateway.Url, $"{backend}/{tool}"), key, body, headers);
    }

    /// <summary>The request that the backend got for that tool.</summary>
    public ScriptedRequest Arrived(string tool) => Assert.Single(Backend.Requests, request => request.Path == $"/{tool}");

    /// <summary>Answers every message with a result, but for tools whose names say otherwise.</summary>
    public static async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = JsonNode.Parse(await reader.ReadToEndAsync());
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body is JsonArray batch
            ? new JsonArray([.. batch.Select(Answer)]).ToJsonString()
            : Answer(body).ToJsonString());
    }

    private static JsonNode Answer(JsonNode? message)
    {
        var name = (string?)message!["params"]?["name"] ?? "";
        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = message["id"]!.DeepClone() };
        if (name.StartsWith("protocol-error", StringComparison.Ordinal))
        {
            answer["error"] = new JsonObject { ["code"] = -32602, ["message"] = "no such tool" };
            return answer;
        }

        answer["result"] = new JsonObject
        {
            ["content"] = new JsonArray(),
            ["isError"] = name.StartsWith("tool-error", StringComparison.Ordinal),
        };
        return answer;
    }
}
