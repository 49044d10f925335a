using Sentinel.Audit.Stores;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests;

/// <summary>What becomes of a batch when the connection fails at the worst moment.</summary>
public sealed class ExactlyOnceTests(PostgresFixture postgres)
{
    private static readonly AuditTimings Impatient = new() { Attempt = TimeSpan.FromSeconds(1) };

    // With its end: "READ COMMITTED" is in every BEGIN.
    private static ReadOnlySpan<byte> Commit => "COMMIT\0"u8;

    [Fact]
    public async Task A_batch_whose_commit_was_executed_but_not_acknowledged_is_not_written_twice()
    {
        var (server, database) = await postgres.MigratedAsync();
        await using var proxy = new TcpFaultProxy(server.Port);
        await using var store = PostgresFixture.Store(server.ConnectionString(database, proxy.Port));
        var batch = Some.Batch(Some.Rows(10));
        var lost = proxy.LoseAnswerTo(Commit);

        var failure = await Assert.ThrowsAsync<AuditStoreException>(
            () => store.AppendAsync(batch, CancellationToken.None));
        await lost;
        Assert.Equal(StoreFailure.Temporary, failure.Failure);
        Assert.Equal(10, await CountAsync(server, database));

        await store.AppendAsync(batch, CancellationToken.None);

        Assert.Equal(10, await CountAsync(server, database));
    }

    // The counter-proof: the failure above is real, and a writer without checkpoints would have written twice.
    [Fact]
    public async Task The_same_rows_under_another_writer_id_are_written_twice()
    {
        var (server, database) = await postgres.MigratedAsync();
        await using var proxy = new TcpFaultProxy(server.Port);
        await using var store = PostgresFixture.Store(server.ConnectionString(database, proxy.Port));
        _ = proxy.LoseAnswerTo(Commit);
        var batch = Some.Batch(Some.Rows(10));
        await Assert.ThrowsAsync<AuditStoreException>(() => store.AppendAsync(batch, CancellationToken.None));

        await store.AppendAsync(batch with { WriterId = Guid.CreateVersion7() }, CancellationToken.None);

        Assert.Equal(20, await CountAsync(server, database));
    }

    [Fact]
    public async Task A_commit_that_arrives_after_the_attempt_was_given_up_counts_once()
    {
        var (server, database) = await postgres.MigratedAsync();
        await using var proxy = new TcpFaultProxy(server.Port);
        await using var store = PostgresFixture.Store(server.ConnectionString(database, proxy.Port), Impatient);
        var batch = Some.Batch(Some.Rows(10));
        var (held, release) = proxy.HoldBack(Commit);

        var first = await Assert.ThrowsAsync<AuditStoreException>(
            () => store.AppendAsync(batch, CancellationToken.None));
        Assert.True(held.IsCompleted);
        Assert.Equal("PostgreSQL did not answer within 1 s", first.Message);
        var second = store.AppendAsync(batch, CancellationToken.None);
        await Eventually.TrueAsync(
            async () => (await server.QueryAsync<long>(
                database, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))[0] == 1,
            "the second attempt waits for the first one's transaction");
        release();
        await second;

        Assert.Equal(StoreFailure.Temporary, first.Failure);
        Assert.Equal(10, await CountAsync(server, database));
        Assert.Equal([10L], await server.QueryAsync<long>(database, "SELECT seq FROM public.audit_checkpoint"));
    }

    [Fact]
    public async Task A_batch_whose_connection_is_cut_before_its_commit_is_written_by_the_next_attempt()
    {
        var (server, database) = await postgres.MigratedAsync();
        await using var proxy = new TcpFaultProxy(server.Port);
        await using var store = PostgresFixture.Store(server.ConnectionString(database, proxy.Port));
        var batch = Some.Batch(Some.Rows(10));
        var (held, release) = proxy.HoldBack(Commit);

        var attempt = store.AppendAsync(batch, CancellationToken.None);
        await held;
        proxy.CutAll();
        release();
        await Assert.ThrowsAsync<AuditStoreException>(() => attempt);
        await store.AppendAsync(batch, CancellationToken.None);

        Assert.Equal(10, await CountAsync(server, database));
    }

    [Fact]
    public async Task Backends_killed_in_the_midst_of_copying_cost_neither_a_row_nor_a_copy_of_one()
    {
        var (server, database) = await postgres.MigratedAsync();
        await using var rig = new WriterRig(
            PostgresFixture.Store(server.ConnectionString(database) + ";Application Name=victim"),
            capacity: 20_000,
            batch: new() { MaxRows = 500, MaxDelayMs = 0 });
        rig.WriteMany(20_000);
        await rig.StartAsync();

        var killed = 0L;
        await Eventually.TrueAsync(
            async () =>
            {
                killed += (await server.QueryAsync<long>(
                    database,
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    + "WHERE application_name = 'victim' AND query LIKE 'COPY%' AND state = 'active'"))[0];
                return killed >= 5 || rig.Channel.Status.Written == 20_000;
            },
            "backends are killed while they copy");
        await rig.WrittenAsync(20_000);

        Assert.True(killed > 0);
        Assert.Equal([20_000L], await server.QueryAsync<long>(database, "SELECT count(*) FROM public.audit_log"));
        Assert.Equal(
            [20_000L], await server.QueryAsync<long>(database, "SELECT count(DISTINCT seq) FROM public.audit_log"));
        Assert.Equal([20_000L], await server.QueryAsync<long>(database, "SELECT max(seq) FROM public.audit_log"));
    }

    [Theory]
    [InlineData("UPDATE public.audit_checkpoint SET seq = 3")]
    [InlineData("UPDATE public.audit_checkpoint SET seq = 30")]
    [InlineData("DELETE FROM public.audit_checkpoint")]
    public async Task A_checkpoint_that_someone_moved_stops_the_writer_and_no_row_is_written(string tampering)
    {
        var (server, database) = await postgres.MigratedAsync();
        await using var store = PostgresFixture.Store(server.ConnectionString(database));
        var sequence = new WriterSequence(Some.WriterId, "host:1");
        var first = sequence.Number(Some.Rows(10), 0);
        await store.AppendAsync(first, CancellationToken.None);
        sequence.Advance(first);
        await server.ExecuteAsync(database, tampering);

        var failure = await Assert.ThrowsAsync<AuditStoreException>(
            () => store.AppendAsync(sequence.Number(Some.Rows(5), 0), CancellationToken.None));

        Assert.Equal(StoreFailure.Final, failure.Failure);
        Assert.Equal(10, await CountAsync(server, database));
    }

    private static async Task<long> CountAsync(PostgresServer server, string database) =>
        (await server.QueryAsync<long>(database, "SELECT count(*) FROM public.audit_log"))[0];
}
