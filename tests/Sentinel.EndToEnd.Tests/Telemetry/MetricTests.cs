using System.Globalization;
using Sentinel.Tests.Shared;
using Xunit;
using static Sentinel.EndToEnd.Tests.Telemetry.Provocation;

namespace Sentinel.EndToEnd.Tests.Telemetry;

/// <summary>Every metric of docs/metrics.md is there, with the labels that it says, and moves when it is provoked.</summary>
public sealed class MetricTests(MeasuredGateways gateways) : IClassFixture<MeasuredGateways>
{
    private static readonly Dictionary<string, Provocation> Table = new(StringComparer.Ordinal)
    {
        ["dotnet_gc_collections_total"] = Rises(ManyCallsAsync),
        ["dotnet_gc_heap_total_allocated_bytes_total"] = Rises(CallAsync),
        ["dotnet_gc_last_collection_heap_size_bytes"] = Stands(ManyCallsAsync),
        ["dotnet_gc_pause_time_seconds_total"] = Rises(ManyCallsAsync),
        ["dotnet_thread_pool_queue_length"] = Fills(StormAsync) with { IsIll = true },
        ["dotnet_thread_pool_threads"] = Stands(CallAsync),
        ["dotnet_thread_pool_work_item_count_total"] = Rises(CallAsync),
        ["process_cpu_seconds_total"] = Rises(ManyCallsAsync),
        ["process_max_fds"] = Stands(CallAsync),
        ["process_open_fds"] = Stands(CallAsync),
        ["process_resident_memory_bytes"] = Stands(CallAsync),
        ["process_start_time_seconds"] = Stands(CallAsync),
        ["sentinel_audit_dropped_total"] = Rises(LoseStoreAsync) with { IsIll = true },
        ["sentinel_audit_enabled"] = Stands(CallAsync),
        ["sentinel_audit_enqueued_total"] = Rises(CallAsync),
        ["sentinel_audit_journal_bytes"] = Stands(CallAsync),
        ["sentinel_audit_journal_healthy"] = Is(0, CallAsync) with { IsIll = true },
        ["sentinel_audit_journal_max_bytes"] = Stands(CallAsync),
        ["sentinel_audit_journaled_total"] = Rises(CallAsync),
        ["sentinel_audit_lag_bytes"] = Fills(LoseJournaledStoreAsync),
        ["sentinel_audit_lag_seconds"] = Fills(LoseStoreAsync) with { IsIll = true },
        ["sentinel_audit_quarantined_total"] = Rises(RefuseRowAsync),
        ["sentinel_audit_queued"] = Fills(LoseStoreAsync) with { IsIll = true },
        ["sentinel_audit_store_healthy"] = Is(0, LoseStoreAsync) with { IsIll = true },
        ["sentinel_audit_unjournaled_total"] = Rises(CallIllAsync) with { IsIll = true },
        ["sentinel_audit_written_total"] = Rises(CallAsync),
        ["sentinel_authentication_failures_total"] = Rises(StrangerAsync),
        ["sentinel_backend_circuit_opened_total"] = Rises(OpenCircuitAsync),
        ["sentinel_backend_circuit_state"] = Stands(CallAsync),
        ["sentinel_backend_failed_over_total"] = Rises(g => g.CallAsync("echo", "pair")),
        ["sentinel_backend_healthy"] = Stands(CallAsync),
        ["sentinel_build_info"] = Is(1, CallAsync),
        ["sentinel_call_duration_seconds"] = Rises(CallAsync),
        ["sentinel_call_first_byte_seconds"] = Rises(CallAsync),
        ["sentinel_call_gateway_seconds"] = Rises(CallAsync),
        ["sentinel_calls_total"] = Rises(CallAsync),
        ["sentinel_calls_waiting"] = Fills(g => g.CallAndWaitAsync()),
        ["sentinel_config_reload_failed_total"] = Rises(FaultyAsync),
        ["sentinel_config_reloaded_total"] = Rises(g => g.RewriteAsync(isFaulty: false)),
        ["sentinel_config_valid"] = Is(0, FaultyAsync),
        ["sentinel_connections_open"] = Stands(CallAsync),
        ["sentinel_draining"] = Is(1, g => g.Ill.Process.TerminateAsync()) with { IsIll = true },
        ["sentinel_edge_refused_total"] = Rises(ForeignHostAsync),
        ["sentinel_issuer_keys_age_seconds"] = Appears(TokenAsync),
        ["sentinel_issuer_refreshes_total"] = Stands(TokenAsync),
        ["sentinel_list_items_hidden_total"] = Rises(g => g.ListAsync("tools")),
        ["sentinel_lists_unreadable_total"] = Rises(g => g.ListAsync("broken")),
        ["sentinel_management_refused_total"] = Rises(ForeignOriginAsync),
        ["sentinel_messages_total"] = Rises(CallAsync),
        ["sentinel_overloaded_total"] = Rises(TwoStreamsAsync),
        ["sentinel_rate_limited_total"] = Rises(TooOftenAsync),
        ["sentinel_refusals_total"] = Rises(StrangerAsync),
        ["sentinel_requests_running"] = Fills(StormAsync) with { IsIll = true },
        ["sentinel_sessions_active"] = Fills(g => g.CallAndWaitAsync()),
        ["sentinel_streams_open"] = Fills(StreamAsync),
        ["sentinel_telemetry_export_failures_total"] = Rises(CallIllAsync) with { IsIll = true },
        ["sentinel_token_validations_total"] = Rises(TokenAsync),
        ["sentinel_tools_unapproved_total"] = Rises(g => g.ListAsync("tools", "pinned")),
    };

    public static TheoryData<string> Metrics => [.. Table.Keys];

    [Fact]
    public void The_table_has_every_metric_of_the_page() =>
        Assert.Equal(MetricsDocument.Metrics.Keys.Order(StringComparer.Ordinal), Table.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Metrics))]
    public async Task Is_there_and_moves(string metric)
    {
        var provocation = Table[metric];
        var gateway = provocation.IsIll ? gateways.Ill : gateways.Well;
        if (provocation.IsEmptyBefore)
        {
            await Eventually.HoldsAsync(async () => (await Samples.OfAsync(gateway)).Sum(metric) == 0);
        }

        var before = await Samples.OfAsync(gateway);

        await using var goesOn = await provocation.Act(gateways);

        await Eventually.HoldsAsync(
            async () => provocation.Moved(before.Sum(metric), (await Samples.OfAsync(gateway)).Of(metric)),
            text: string.Create(CultureInfo.InvariantCulture, $"{metric} moves from {before.Sum(metric)}"));
        var labels = MetricsDocument.Metrics[metric].Labels;
        Assert.All(
            (await Samples.OfAsync(gateway)).Of(metric),
            sample => Assert.Equal(labels.Order(StringComparer.Ordinal), sample.Labels.Keys.Order(StringComparer.Ordinal)));
    }

    private static Task CallAsync(MeasuredGateways g) => g.CallAsync("echo");

    private static Task CallIllAsync(MeasuredGateways g) => g.CallAsync("echo", at: g.Ill);

    private static async Task ManyCallsAsync(MeasuredGateways g)
    {
        for (var i = 0; i < 100; i++)
        {
            await g.CallAsync("echo");
        }
    }

    private static Task<IAsyncDisposable?> StormAsync(MeasuredGateways g) =>
        Task.FromResult<IAsyncDisposable?>(new Storm(() => g.CallAsync("echo", at: g.Ill)));

    private static async Task<IAsyncDisposable?> LoseStoreAsync(MeasuredGateways g)
    {
        await g.RenameTableAsync("ill.db", "audit_log", "away");
        return new Storm(() => g.CallAsync("echo", at: g.Ill), () => g.RenameTableAsync("ill.db", "away", "audit_log"));
    }

    private static async Task<IAsyncDisposable?> LoseJournaledStoreAsync(MeasuredGateways g)
    {
        await g.RenameTableAsync("well.db", "audit_log", "away");
        await g.CallAsync("echo");
        return new Undo(() => g.RenameTableAsync("well.db", "away", "audit_log"));
    }

    private static async Task RefuseRowAsync(MeasuredGateways g)
    {
        await g.RefuseArgumentsAsync();
        await g.CallAsync("refused-row");
    }

    private static Task StrangerAsync(MeasuredGateways g) =>
        Rpc.PostAsync(new Uri(g.Well.Url, "raw/mcp"), "no-such-key", RawCall.ToolCall("echo"), []);

    private static async Task OpenCircuitAsync(MeasuredGateways g)
    {
        await g.CallAsync("echo", "dead");
        await g.CallAsync("echo", "dead");
    }

    private static async Task<IAsyncDisposable?> FaultyAsync(MeasuredGateways g)
    {
        await g.RewriteAsync(isFaulty: true);
        return new Undo(() => g.RewriteAsync(isFaulty: false));
    }

    private static Task ForeignHostAsync(MeasuredGateways g) =>
        Rpc.PostAsync(new Uri(g.Well.Url, "raw/mcp"), Servers.TesterKey, RawCall.ToolCall("echo"), [("Host", "evil.example.com")]);

    private static async Task ForeignOriginAsync(MeasuredGateways g)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, g.Well.ManagementUrl);
        request.Headers.Add("Origin", "https://evil.example.com");
        using var response = await http.SendAsync(request);
    }

    private static async Task TokenAsync(MeasuredGateways g)
    {
        using var response = await g.CallWithTokenAsync($"subject-{Guid.NewGuid():n}");
    }

    private static async Task<IAsyncDisposable?> StreamAsync(MeasuredGateways g)
    {
        var stream = await g.ListenAsync();
        return new Undo(() =>
        {
            stream.Dispose();
            return Task.CompletedTask;
        });
    }

    private static async Task TwoStreamsAsync(MeasuredGateways g)
    {
        using var first = await g.ListenAsync();
        using var second = await g.ListenAsync();
    }

    private static async Task TooOftenAsync(MeasuredGateways g)
    {
        await g.CallAsync("few");
        await g.CallAsync("few");
    }
}
