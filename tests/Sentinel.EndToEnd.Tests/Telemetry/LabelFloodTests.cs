using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Telemetry;

/// <summary>Names that callers make up, allowed and denied, in their thousands.</summary>
public sealed class LabelFloodTests : IAsyncLifetime
{
    private const int Names = 10_000;
    private const int InBatch = 100;
    private const int ToolsMax = 5;

    private ScriptedBackend _backend = null!;
    private GatewayProcess _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _backend = await ScriptedBackend.StartAsync(TracedGateway.AnswerAsync);
        var config = new ProxyConfig()
            .Backend("raw", _backend.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*"], deny: ["raw/denied-*"]);
        config.Sentinel["Telemetry"] = new System.Text.Json.Nodes.JsonObject { ["MaxToolLabels"] = ToolsMax };
        _gateway = await GatewayProcess.StartAsync(config);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _backend.DisposeAsync();
    }

    [Fact]
    public async Task Names_that_fail_or_are_denied_make_no_series_and_names_that_succeed_no_more_than_there_may_be()
    {
        await CallAsync(["first", "other"]);
        var quiet = await Samples.OfAsync(_gateway);

        await FloodAsync("protocol-error-{0}");
        await FloodAsync("denied-{0}");
        var refused = await Samples.OfAsync(_gateway);

        // Series with the outcome error, and the gauges' own; not one of the names.
        Assert.Equal(["first", "other"], ToolsOf(refused));
        Assert.True(refused.Count - quiet.Count < 100, $"{quiet.Count} lines became {refused.Count}");
        Assert.Equal(
            (2.0, Names, Names),
            (Calls(refused, "success"), Calls(refused, "error"), Calls(refused, "denied")));

        await FloodAsync("made-up-{0}");
        var full = await Samples.OfAsync(_gateway);

        Assert.Equal(ToolsMax + 1, ToolsOf(full).Length);
        Assert.Contains("first", ToolsOf(full));
        Assert.Equal(Names + 2, Calls(full, "success"));
        Assert.Equal(2 * Names + 2, full.Sum("sentinel_call_duration_seconds"));
    }

    private static double Calls(Samples samples, string outcome) => samples.Of("sentinel_calls_total")
        .Where(sample => sample.Labels["outcome"] == outcome).Sum(sample => sample.Value);

    private static string[] ToolsOf(Samples samples) =>
    [
        .. samples.Of("sentinel_call_duration_seconds").Select(sample => sample.Labels["tool"])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    private async Task FloodAsync(string pattern)
    {
        var names = Enumerable.Range(0, Names).Select(i => pattern.Replace("{0}", $"{i}", StringComparison.Ordinal));
        await Task.WhenAll(names.Chunk(InBatch).Select(CallAsync));
    }

    // In batches, which leave a call for each name all the same.
    private async Task CallAsync(string[] names)
    {
        var batch = string.Join(',', names.Select((name, i) => RawCall.ToolCall(name, $"{i}")));
        var reply = await Rpc.PostAsync(
            new Uri(_gateway.Url, "raw/mcp"), Servers.TesterKey, $"[{batch}]", [("MCP-Protocol-Version", "2025-03-26")]);
        Assert.Equal(200, reply.Status);
    }
}
