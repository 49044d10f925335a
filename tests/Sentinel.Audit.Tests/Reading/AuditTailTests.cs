using Npgsql;
using Sentinel.Audit.Reading;
using Xunit;

namespace Sentinel.Audit.Tests.Reading;

/// <summary>Whoever follows sees every row once, in whatever order writers commit.</summary>
public sealed class AuditTailTests(PostgresFixture postgres)
{
    private static readonly Guid A = Guid.Parse("0190c0de-0000-7000-8000-00000000000a");
    private static readonly Guid B = Guid.Parse("0190c0de-0000-7000-8000-00000000000b");

    [Fact]
    public async Task Shows_what_a_writer_commits_after_another_that_began_later()
    {
        await using var stores = await BothStores.WithAsync(postgres, Some.Entry());
        var tail = new AuditTail(stores.Postgres);
        await tail.StartAsync(CancellationToken.None);
        var before = (await BothStores.ListAsync(stores.Postgres, new AuditQuery()))[^1];

        // A takes smaller ids and earlier times than B, and commits after B was shown.
        await using var late = await BeginAsync(stores, A, from: 1, count: 3, secondsBack: 60);
        await CommitAsync(await BeginAsync(stores, B, from: 1, count: 2, secondsBack: 0));
        var first = await StepAsync(tail);
        var firstById = await AfterIdAsync(stores, before.Id);
        await CommitAsync(late);
        var second = await StepAsync(tail);
        var secondById = await AfterIdAsync(stores, firstById[^1].Id);

        Assert.Equal([(B, 1L), (B, 2L)], first);
        Assert.Equal([(A, 1L), (A, 2L), (A, 3L)], second);
        // A cursor by id has gone past them.
        Assert.Equal(2, firstById.Count);
        Assert.Empty(secondById);
    }

    [Fact]
    public async Task Shows_every_row_once_while_transactions_interleave()
    {
        await using var stores = await BothStores.WithAsync(postgres);
        var tail = new AuditTail(stores.Postgres);
        await tail.StartAsync(CancellationToken.None);
        var seen = new List<(Guid, long)>();
        NpgsqlConnection? open = null;
        for (var round = 0; round < 12; round++)
        {
            // Each of A's batches stays open until B has begun and committed one.
            if (open is not null)
            {
                await CommitAsync(open);
            }

            open = await BeginAsync(stores, A, from: (round * 5) + 1, count: 5, secondsBack: round);
            await CommitAsync(await BeginAsync(stores, B, from: (round * 3) + 1, count: 3, secondsBack: -round));
            seen.AddRange(await StepAsync(tail));
        }

        await CommitAsync(open!);
        seen.AddRange(await StepAsync(tail));
        seen.AddRange(await StepAsync(tail));

        Assert.Equal(Enumerable.Range(1, 60).Select(i => (A, (long)i)), seen.Where(row => row.Item1 == A));
        Assert.Equal(Enumerable.Range(1, 36).Select(i => (B, (long)i)), seen.Where(row => row.Item1 == B));
    }

    [Fact]
    public async Task Shows_in_both_stores_what_was_stored_since_and_nothing_before()
    {
        await using var stores = await BothStores.WithAsync(postgres, Some.Entry(1), Some.Entry(2));
        AuditTail[] tails = [new(stores.Postgres), new(stores.Sqlite)];
        foreach (var tail in tails)
        {
            await tail.StartAsync(CancellationToken.None);
        }

        // A month of its own is a chain of its own.
        await stores.WriteAsync(
            A,
            Some.Entry(3) with { Timestamp = Some.Time.AddMonths(-1) },
            Some.Entry(4),
            Some.Entry(5) with { Outcome = AuditOutcome.Denied });

        foreach (var tail in tails)
        {
            Assert.Equal([(A, 1L), (A, 1L), (A, 2L)], await StepAsync(tail));
            Assert.Empty(await StepAsync(tail));
        }
    }

    [Fact]
    public async Task Passes_over_what_the_filter_leaves_out_without_showing_it_later()
    {
        await using var stores = await BothStores.WithAsync(postgres);
        foreach (var reader in new[] { stores.Postgres, stores.Sqlite })
        {
            var tail = new AuditTail(reader);
            await tail.StartAsync(CancellationToken.None);
            var writer = Guid.CreateVersion7();
            await stores.WriteAsync(
                writer, Some.Entry(1), Some.Entry(2) with { Outcome = AuditOutcome.Denied }, Some.Entry(3));

            var denied = await StepAsync(tail, new AuditQuery { Outcome = AuditOutcome.Denied });

            Assert.Equal([(writer, 2L)], denied);
            Assert.Empty(await StepAsync(tail));
        }
    }

    [Fact]
    public async Task Knows_which_rows_the_next_step_brings()
    {
        await using var stores = await BothStores.WithAsync(postgres, Some.Entry(1));
        var tail = new AuditTail(stores.Postgres);
        await tail.StartAsync(CancellationToken.None);
        await stores.WriteAsync(A, Some.Entry(2));

        var rows = await BothStores.ListAsync(stores.Postgres, new AuditQuery { Order = AuditOrder.AsWritten });

        Assert.Equal([false, true], rows.Select(tail.IsAhead));
    }

    [Fact]
    public async Task Shows_a_writers_rows_again_where_the_store_was_put_back()
    {
        await using var stores = await BothStores.WithAsync(postgres);
        await CommitAsync(await BeginAsync(stores, A, from: 1, count: 4, secondsBack: 0));
        var tail = new AuditTail(stores.Postgres);
        await tail.StartAsync(CancellationToken.None);
        await stores.Server.ExecuteAsync(
            stores.Database,
            "DELETE FROM public.audit_log WHERE seq > 2; UPDATE public.audit_checkpoint SET seq = 2");
        Assert.Empty(await StepAsync(tail));

        await CommitAsync(await BeginAsync(stores, A, from: 3, count: 2, secondsBack: 0));

        Assert.Equal([(A, 3L), (A, 4L)], await StepAsync(tail));
    }

    [Fact]
    public async Task Takes_more_writers_than_one_statement_does()
    {
        await using var stores = await BothStores.WithAsync(postgres);
        var tail = new AuditTail(stores.Postgres);
        await tail.StartAsync(CancellationToken.None);
        await stores.Server.ExecuteAsync(
            stores.Database,
            $"""
             INSERT INTO public.audit_log ({Columns})
             SELECT gen_random_uuid(), '2026-11-23Z', 'a', '', 't', 'b', 'success', 0, gen_random_uuid(), 1
             FROM generate_series(1, {SpanSql.SpansMax + 10});
             INSERT INTO public.audit_checkpoint (journal_id, month, seq)
             SELECT journal_id, '2026-11-01', 1 FROM public.audit_log
             """);

        Assert.Equal(SpanSql.SpansMax + 10, (await StepAsync(tail)).Distinct().Count());
    }

    private const string Columns =
        """
        request_id, "timestamp", client_subject, client_role, tool_name, backend_name, response_status, latency_ms,
        journal_id, seq
        """;

    // A batch as a writer commits it: rows and checkpoint in one transaction, which stays open.
    private static async Task<NpgsqlConnection> BeginAsync(
        BothStores stores,
        Guid writer,
        int from,
        int count,
        int secondsBack)
    {
        var connection = new NpgsqlConnection(stores.Server.ConnectionString(stores.Database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"""
             BEGIN;
             INSERT INTO public.audit_log ({Columns})
             SELECT gen_random_uuid(), '2026-11-23 12:00Z'::timestamptz - {secondsBack} * interval '1 second',
                 'a', '', 't', 'b', 'success', 0, '{writer}', i
             FROM generate_series({from}, {from + count - 1}) i;
             INSERT INTO public.audit_checkpoint (journal_id, month, seq)
             VALUES ('{writer}', '2026-11-01', {from + count - 1})
             ON CONFLICT (journal_id, month) DO UPDATE SET seq = excluded.seq
             """,
            connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private static async Task CommitAsync(NpgsqlConnection connection)
    {
        await using (connection)
        {
            await using var command = new NpgsqlCommand("COMMIT", connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task<List<StoredRow>> AfterIdAsync(BothStores stores, long id) => await BothStores.ListAsync(
        stores.Postgres, new AuditQuery { Order = AuditOrder.AsWritten, After = new AuditCursor(0, id) });

    private static async Task<List<(Guid, long)>> StepAsync(AuditTail tail, AuditQuery? filter = null)
    {
        var rows = new List<(Guid, long)>();
        await foreach (var row in tail.StepAsync(filter ?? new AuditQuery(), CancellationToken.None))
        {
            rows.Add((row.JournalId!.Value, row.Seq!.Value));
        }

        return rows;
    }
}
