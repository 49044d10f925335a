using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>PostgreSQL freezes or goes away; callers must not notice.</summary>
[Collection(nameof(HeavyLoad))]
public sealed class StoreOutageTests
{
    private const string DropWarning = "audit entries dropped";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task While_the_store_is_frozen_calls_go_on_and_every_entry_is_written_or_counted_as_dropped()
    {
        const int Calls = 5000;
        Requires.Postgres();
        await using var server = await PostgresServer.CreateAsync();
        var database = await server.NewDatabaseAsync();
        await using var backend = await ScriptedBackend.StartAsync(AnswerAsync);
        await using var gateway = await StartAsync(server, database, backend);
        var table = AuditTable.Of(server, database);
        var load = new Load(new Uri(gateway.Url, "raw/mcp"));
        await load.RunAsync(1, 1);
        await table.HasRowsAsync(1);

        server.Freeze();
        var started = TimeProvider.System.GetTimestamp();
        await load.RunAsync(Calls, 16);
        var ready = new Uri(gateway.Url, "healthz/ready");
        Assert.Equal(200, (await Rpc.GetAsync(ready)).Status);
        await Eventually.HoldsAsync(async () => (await Rpc.GetAsync(ready)) is (200, { } body) && body.Contains("degraded", StringComparison.Ordinal), Patience);
        server.Thaw();

        Assert.Empty(load.Failed);
        Assert.Equal(1 + Calls, load.Answered.Count);
        await Eventually.HoldsAsync(
            async () => (await table.CountAsync()).Rows + await DroppedAsync(gateway) == 1 + Calls,
            Patience
        );
        var dropped = await DroppedAsync(gateway);
        Assert.InRange(dropped, 1, Calls);
        await Eventually.HoldsAsync(async () => await Rpc.MetricAsync(gateway.ManagementUrl, "sentinel_audit_queued") == 0);
        var (rows, distinct) = await table.CountAsync();
        Assert.Equal(rows, distinct);
        Assert.Equal(rows, await Rpc.MetricAsync(gateway.ManagementUrl, "sentinel_audit_written_total"));

        var warned = WarnedDrops(gateway);
        Assert.Equal(dropped, warned.Sum());
        Assert.InRange(warned.Count, 1, TimeProvider.System.GetElapsedTime(started).TotalSeconds + 1);
        await Eventually.HoldsAsync(async () => (await Rpc.GetAsync(ready)).Body.Contains("\"ready\"", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine($"{rows} rows, {dropped} dropped, {warned.Count} warnings");
    }

    [Fact]
    public async Task When_the_store_stops_and_comes_back_the_writer_goes_on_by_itself_without_duplicates()
    {
        Requires.Postgres();
        await using var server = await PostgresServer.CreateAsync();
        var database = await server.NewDatabaseAsync();
        await using var backend = await ScriptedBackend.StartAsync(AnswerAsync);
        await using var gateway = await StartAsync(server, database, backend);
        var table = AuditTable.Of(server, database);
        using var stop = new CancellationTokenSource();
        var load = new Load(new Uri(gateway.Url, "raw/mcp"));
        var running = load.RunUntilAsync(4, stop.Token);
        await table.HasRowsAsync(20);

        await server.StopAsync();
        await gateway.Process.WaitForLineAsync(line => line.Contains("The audit store PostgreSQL failed", StringComparison.Ordinal));
        await load.MoreAsync(100);
        await server.StartAsync();
        await gateway.Process.WaitForLineAsync(line => line.Contains("The audit store PostgreSQL is back", StringComparison.Ordinal), Patience);
        await load.MoreAsync(100);
        await stop.CancelAsync();
        await running;

        Assert.Empty(load.Failed);
        await Eventually.HoldsAsync(
            async () => (await table.CountAsync()).Rows + await DroppedAsync(gateway) == load.Answered.Count,
            Patience
        );
        var (rows, distinct) = await table.CountAsync();
        Assert.Equal(rows, distinct);
        Assert.False(gateway.Process.HasExited);
        TestContext.Current.TestOutputHelper?.WriteLine($"{load.Answered.Count} calls, {rows} rows, {await DroppedAsync(gateway)} dropped");
    }

    private static Task<GatewayProcess> StartAsync(PostgresServer server, string database, ScriptedBackend backend)
    {
        var config = new ProxyConfig()
            .Backend("raw", backend.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*", "prompt:*", "resource:*"])
            .AuditToPostgres();
        config.Sentinel["Audit"]!["Guarantee"] = "BestEffort";
        return GatewayProcess.StartAsync(config, Postgres.Environment(server, database));
    }

    private static Task<long> DroppedAsync(GatewayProcess gateway) =>
        Rpc.MetricAsync(gateway.ManagementUrl, "sentinel_audit_dropped_total");

    private static List<long> WarnedDrops(GatewayProcess gateway) =>
    [
        .. gateway.Process.Lines
            .Where(line => line.Contains(DropWarning, StringComparison.Ordinal))
            .Select(line => line[..line.IndexOf(DropWarning, StringComparison.Ordinal)].Trim().Split(' ')[^1])
            .Select(count => long.Parse(count, CultureInfo.InvariantCulture)),
    ];

    private static Task AnswerAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync("""{"jsonrpc":"2.0","id":1,"result":{"content":[]}}""");
    }
}
