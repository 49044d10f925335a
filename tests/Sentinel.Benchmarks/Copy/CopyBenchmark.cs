using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sentinel.Audit;
using Sentinel.Audit.Migrations;
using Sentinel.Audit.Stores;
using Sentinel.Benchmarks.Report;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Copy;

/// <summary>
/// Rows a second into the real schema, fsync on: what the store does with the writer's batches, and what
/// <c>psql \copy</c> does with the same rows in one piece.
/// </summary>
internal static class CopyBenchmark
{
    public static async Task<int> RunAsync(CopyOptions options)
    {
        await Console.Out.WriteLineAsync($"{Machine.Describe()}\n");
        await using var server = await PostgresServer.CreateAsync(fsync: options.Fsync);
        return options.IsFlatness
            ? await FlatnessAsync(server, options)
            : await CompareAsync(server, options);
    }

    private static async Task<int> CompareAsync(PostgresServer server, CopyOptions options)
    {
        // Where the server, which is another user, and psql can read it.
        using var folder = new TemporaryFolder();
        var file = folder.File("rows.copy");
        await WriteFileAsync(file, options.Rows);
        await Console.Out.WriteLineAsync(
            "| round | psql \\copy | store | ratio | writer, with clean-up and chain | ratio |\n|---|---|---|---|---|---|");
        var ratios = new List<(double Store, double Writer)>();
        for (var round = 0; round <= options.Rounds; round++)
        {
            var psql = options.Rows / await PsqlAsync(server, file);
            var store = await StoreAsync(server, options);
            var whole = await WriterAsync(server, options);
            if (round == 0)
            {
                // Warms the server's cache and our compiler.
                continue;
            }

            ratios.Add((Store: options.Rows / store / psql, Writer: options.Rows / whole / psql));
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"| {round} | {psql:N0} rows/s | {options.Rows / store:N0} rows/s | {options.Rows / store / psql:F2} | "
                + $"{options.Rows / whole:N0} rows/s | {options.Rows / whole / psql:F2} |"));
        }

        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"\nMedian ratios: store {Median(ratios.Select(r => r.Store)):F2}, "
            + $"writer {Median(ratios.Select(r => r.Writer)):F2}"));
        return 0;
    }

    private static async Task<int> FlatnessAsync(PostgresServer server, CopyOptions options)
    {
        var database = await DatabaseAsync(server);
        await using var store = Store(server, database);
        await store.PrepareAsync(CancellationToken.None);
        await Console.Out.WriteLineAsync("| rows in the table | rows/s |\n|---|---|");
        var part = Math.Max(options.BatchRows, options.Rows / 10 / options.BatchRows * options.BatchRows);
        var seconds = 0.0;
        var done = 0;
        foreach (var batch in CopyRows.Batches(options.Rows, options.BatchRows))
        {
            seconds += await SecondsAsync(() => store.AppendAsync(batch.Number(), CancellationToken.None));
            done += options.BatchRows;
            if (done % part == 0)
            {
                await Console.Out.WriteLineAsync(
                    string.Create(CultureInfo.InvariantCulture, $"| {done:N0} | {part / seconds:N0} |"));
                seconds = 0;
            }
        }

        return 0;
    }

    // Batches that are linked already: the store alone.
    private static async Task<double> StoreAsync(PostgresServer server, CopyOptions options)
    {
        var database = await DatabaseAsync(server);
        await using var store = Store(server, database);
        await store.PrepareAsync(CancellationToken.None);
        var seconds = 0.0;
        foreach (var batch in CopyRows.Batches(options.Rows, options.BatchRows))
        {
            var numbered = batch.Number();
            seconds += await SecondsAsync(() => store.AppendAsync(numbered, CancellationToken.None));
        }

        await server.ExecuteAsync("postgres", "CHECKPOINT");
        return seconds;
    }

    // As the writer does it: a row is cleaned up, numbered and linked while the store takes the batch before.
    private static async Task<double> WriterAsync(PostgresServer server, CopyOptions options)
    {
        var database = await DatabaseAsync(server);
        await using var store = Store(server, database);
        await store.PrepareAsync(CancellationToken.None);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var counters = new AuditCounters(services.GetRequiredService<IMeterFactory>());
        var delivery = new BatchDelivery(
            store,
            new WriterSequence(Guid.CreateVersion7(), "host:1"),
            counters,
            new AuditHealth(true, store.Name),
            TimeProvider.System,
            NullLogger.Instance);
        var entries = CopyRows.Batches(options.Rows, options.BatchRows).Select(batch => batch.Entries).ToList();
        var seconds = await SecondsAsync(async () =>
        {
            var next = (TakenBatch?)Taken(entries[0]);
            for (var i = 1; next is not null; i++)
            {
                var (batch, following) = (next, i);
                next = null;
                await delivery.DeliverAsync(batch, CancellationToken.None, meanwhile: () =>
                {
                    if (following < entries.Count)
                    {
                        next = Taken(entries[following]);
                        delivery.Prepare(next);
                    }
                });
            }
        });
        await server.ExecuteAsync("postgres", "CHECKPOINT");
        return seconds;
    }

    private static TakenBatch Taken(AuditEntry[] entries)
    {
        var batch = new TakenBatch(entries.Length, hasJournal: false);
        foreach (var entry in entries)
        {
            batch.Add(new TakenRow(AuditRow.From(entry), 0, IsJournaled: false));
        }

        return batch;
    }

    private static async Task<double> PsqlAsync(PostgresServer server, string file)
    {
        var database = await DatabaseAsync(server);
        await server.ExecuteAsync(database, "SELECT * FROM public.ensure_audit_partitions()");
        var copy = PostgresRows.CopySql.ReplaceLineEndings(" ")
            .Replace("COPY ", "\\copy ", StringComparison.Ordinal)
            .Replace("STDIN", $"'{file}'", StringComparison.Ordinal);
        var seconds = await SecondsAsync(() => Psql.RunAsync(server, database, copy));
        await server.ExecuteAsync("postgres", "CHECKPOINT");
        return seconds;
    }

    private static async Task WriteFileAsync(string path, int rows)
    {
        var buffer = new CopyBuffer();
        buffer.Header();
        await using var file = File.Create(path);
        foreach (var batch in CopyRows.Batches(rows))
        {
            var numbered = batch.Number();
            for (var i = 0; i < numbered.Rows.Length; i++)
            {
                PostgresRows.Write(buffer, numbered, i);
            }

            await file.WriteAsync(buffer.Written);
            buffer.Clear();
        }

        buffer.Trailer();
        await file.WriteAsync(buffer.Written);
    }

    private static async Task<string> DatabaseAsync(PostgresServer server)
    {
        var database = await server.NewDatabaseAsync();
        await using var runner = new MigrationRunner(server.ConnectionString(database));
        await runner.RunAsync();
        return database;
    }

    private static PostgresAuditStore Store(PostgresServer server, string database) => new(
        new NpgsqlConnectionStringBuilder(server.ConnectionString(database)),
        migrate: false,
        retentionDays: 0,
        new AuditTimings(),
        TimeProvider.System,
        NullLogger<PostgresAuditStore>.Instance);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static async Task<double> SecondsAsync(Func<Task> work)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        await work();
        return TimeProvider.System.GetElapsedTime(startedAt).TotalSeconds;
    }
}
