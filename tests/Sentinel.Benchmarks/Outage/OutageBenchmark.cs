using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sentinel.Audit;
using Sentinel.Audit.Migrations;
using Sentinel.Audit.Stores;
using Sentinel.Benchmarks.Report;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Outage;

/// <summary>
/// A frozen database while calls are recorded: what the journal takes, how fast the store has it all afterwards, beside
/// the COPY of the same rows without a journal, and what that does to memory.
/// </summary>
internal static class OutageBenchmark
{
    private const int RowsOfBatch = 1000;

    private static readonly byte[] Arguments = Encoding.UTF8.GetBytes(
        $$$"""{"name":"search_orders","arguments":{"query":"{{{new string('x', 500)}}}"}}""");

    public static async Task<int> RunAsync(int entries)
    {
        await Console.Out.WriteLineAsync($"{Machine.Describe()}\n");
        await using var server = await PostgresServer.CreateAsync();
        var copied = await CopyAsync(server, entries);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"COPY of {entries:N0} rows without a journal: {copied:N0} rows/s"));
        var database = await MigratedAsync(server);
        using var folder = new TemporaryFolder();
        using var host = Host(server.ConnectionString(database), folder.File("journal"));
        await host.StartAsync();
        var channel = (AuditChannel)host.Services.GetService(typeof(AuditChannel))!;
        await Record(channel, 0, RowsOfBatch);
        await Eventually.HoldsAsync(() => Task.FromResult(channel.Status.Written == RowsOfBatch));

        server.Freeze();
        var before = Memory();
        var started = TimeProvider.System.GetTimestamp();
        await Record(channel, RowsOfBatch, entries);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var during = Memory();
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"Journaled while the database stood still: {(entries - RowsOfBatch) / seconds:N0} entries/s, "
            + $"dropped {channel.Status.Dropped:N0}, RSS {before:F0} → {during:F0} MB"));

        server.Thaw();
        started = TimeProvider.System.GetTimestamp();
        await Eventually.HoldsAsync(
            () => Task.FromResult(channel.Status.Written == entries), deadline: TimeSpan.FromMinutes(30));
        seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var disorder = await DisorderAsync(server, database, entries);
        var replayed = (entries - RowsOfBatch) / seconds;
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"Replayed: {replayed:N0} rows/s, {replayed / copied:F2} of the COPY; RSS {Memory():F0} MB; "
            + $"out of order or missing: {disorder}"));
        await host.StopAsync();
        return 0;
    }

    private static IHost Host(string connectionString, string journal)
    {
        var builder = new HostApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSentinelAudit(
            new AuditOptions
            {
                Store = AuditStoreKind.Postgres,
                Guarantee = AuditGuarantee.Durable,
                Journal = new() { Path = journal, MaxBytes = 8L * 1024 * 1024 * 1024 },
            },
            "bench:1",
            _ => connectionString,
            new AuditTimings());
        return builder.Build();
    }

    private static async Task Record(AuditChannel channel, int first, int end)
    {
        for (var i = first; i < end; i++)
        {
            var begun = await channel.BeginAsync(Entry(i));
            channel.TryWrite(begun.Entry with { Outcome = AuditOutcome.Success, LatencyUs = 1500, HttpStatus = 200 });
        }
    }

    // Numbered by their ids, so that their order can be seen.
    private static AuditEntry Entry(int number) => new()
    {
        RequestId = Guid.Parse(string.Create(CultureInfo.InvariantCulture, $"0190c0de-0000-7000-9000-{number:x12}")),
        Timestamp = DateTime.UnixEpoch.AddYears(56).AddMilliseconds(number),
        ClientSubject = "key:bench",
        ClientRole = "reader,support",
        ToolName = "search_orders",
        BackendName = "bench",
        RequestArgs = Arguments,
        Outcome = AuditOutcome.Error,
        LatencyUs = 0,
        Method = "tools/call",
        JsonRpcId = "1",
        ProtocolVersion = "2026-07-28",
        Decision = "reader: allow bench/*",
    };

    private static async Task<double> CopyAsync(PostgresServer server, int entries)
    {
        var database = await MigratedAsync(server);
        await using var store = new PostgresAuditStore(
            new NpgsqlConnectionStringBuilder(server.ConnectionString(database)),
            migrate: false,
            retentionDays: 0,
            new AuditTimings(),
            TimeProvider.System,
            NullLogger<PostgresAuditStore>.Instance);
        await store.PrepareAsync(CancellationToken.None);
        var sequence = new WriterSequence(Guid.CreateVersion7(), "bench:1");
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < entries; i += RowsOfBatch)
        {
            var rows = Enumerable.Range(i, RowsOfBatch).Select(number => AuditRow.From(Entry(number))).ToArray();
            var batch = sequence.Number(rows, dropped: 0);
            await store.AppendAsync(batch, CancellationToken.None);
            sequence.Advance(batch);
        }

        return entries / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<string> MigratedAsync(PostgresServer server)
    {
        var database = await server.NewDatabaseAsync();
        await using var runner = new MigrationRunner(server.ConnectionString(database));
        await runner.RunAsync();
        return database;
    }

    private static async Task<long> DisorderAsync(PostgresServer server, string database, int entries)
    {
        var disorder = await server.QueryAsync<long>(
            database,
            """
            SELECT count(*) FROM (SELECT request_id, lag(request_id) OVER (ORDER BY seq) AS before FROM public.audit_log) r
            WHERE request_id <= before
            """);
        var count = await server.QueryAsync<long>(database, "SELECT count(DISTINCT request_id) FROM public.audit_log");
        return disorder[0] + entries - count[0];
    }

    private static double Memory()
    {
        GC.Collect();
        return Environment.WorkingSet / 1024.0 / 1024;
    }
}
