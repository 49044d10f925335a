using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sentinel.Audit.Stores;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests;

public sealed class RetentionTests(PostgresFixture postgres) : IDisposable
{
    private const int Days = 40;
    private const string Drop = "SELECT * FROM public.drop_audit_partitions(40)";

    private readonly TemporaryFolder _folder = new();

    // The month that holds the 40th day before now is the oldest that is kept.
    private static DateTime KeepFrom
    {
        get
        {
            var day = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-Days);
            return new DateTime(day.Year, day.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Drops_months_that_ended_long_enough_ago_by_their_bounds_and_no_other()
    {
        var (server, database) = await WithPartitionsAsync();

        var dropped = await server.QueryAsync<string>(database, Drop);
        var again = await server.QueryAsync<string>(database, Drop);

        Assert.Equal(["anything", "audit_log_last"], dropped);
        Assert.Empty(again);
        Assert.Equal(
            ["audit_log_2001_01", "audit_log_default", "audit_log_kept", "endless"],
            await server.QueryAsync<string>(
                database,
                "SELECT inhrelid::regclass::text COLLATE \"C\" FROM pg_inherits "
                + "WHERE inhparent = 'public.audit_log'::regclass ORDER BY 1"));
    }

    [Fact]
    public async Task Leaves_alone_the_partitions_of_other_tables()
    {
        var (server, database) = await WithPartitionsAsync();
        await server.ExecuteAsync(
            database,
            """
            CREATE TABLE public.other (t text) PARTITION BY RANGE (t);
            CREATE TABLE public.other_1 PARTITION OF public.other FOR VALUES FROM ('a') TO ('b');
            CREATE SCHEMA audit;
            CREATE TABLE audit.audit_log (t timestamptz) PARTITION BY RANGE (t);
            CREATE TABLE audit.audit_log_1 PARTITION OF audit.audit_log FOR VALUES FROM ('2001-01-01') TO ('2001-02-01')
            """);

        Assert.Equal(2, (await server.QueryAsync<string>(database, Drop)).Count);
        Assert.Equal([2L], await server.QueryAsync<long>(
            database, "SELECT count(*) FROM pg_class WHERE relname IN ('other_1', 'audit_log_1')"));
    }

    [Fact]
    public async Task Deletes_old_months_that_had_no_partition_and_keeps_their_checkpoints()
    {
        var (server, database) = await postgres.MigratedAsync();
        await using var store = PostgresFixture.Store(server.ConnectionString(database));
        await store.AppendAsync(
            Some.Batch([Row(1, DateTime.MinValue), Row(2, KeepFrom.AddMicroseconds(-1)), Row(3, KeepFrom)]),
            CancellationToken.None);

        var dropped = await server.QueryAsync<string>(database, Drop);

        Assert.Equal(["audit_log_default (2 rows)"], dropped);
        Assert.Equal([Row(3, KeepFrom).RequestId], await server.QueryAsync<Guid>(
            database, "SELECT request_id FROM public.audit_log"));
        Assert.Equal([3L], await server.QueryAsync<long>(database, "SELECT count(*) FROM public.audit_checkpoint"));
    }

    [Theory]
    [InlineData("NULL")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("6")]
    [InlineData("36501")]
    public async Task Refuses_a_senseless_number_of_days(string days)
    {
        var (server, database) = await WithPartitionsAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => server.QueryAsync<string>(database, $"SELECT * FROM public.drop_audit_partitions({days})"));

        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, refused.SqlState);
        Assert.Equal(2, (await server.QueryAsync<string>(database, Drop)).Count);
    }

    [Fact]
    public async Task Gives_up_at_once_when_a_long_report_holds_the_table_and_succeeds_later()
    {
        var (server, database) = await WithPartitionsAsync();
        var log = new LogSpy();
        await using var store = PostgresFixture.Store(
            server.ConnectionString(database), new AuditTimings { Upkeep = TimeSpan.Zero }, migrate: false, Days,
            log.For<PostgresAuditStore>());
        await using (var report = new NpgsqlConnection(server.ConnectionString(database)))
        {
            await report.OpenAsync();
            await using var transaction = await report.BeginTransactionAsync();
            await using var reading = new NpgsqlCommand("SELECT count(*) FROM public.audit_log", report);
            await reading.ExecuteScalarAsync();
            await store.MaintainAsync(CancellationToken.None);
            Assert.Single(log.WithId(3301));
            Assert.Empty(log.WithId(3300));
        }

        Assert.Equal(2, (await server.QueryAsync<string>(database, Drop)).Count);
    }

    [Fact]
    public async Task Is_left_to_the_replica_that_comes_first()
    {
        var (server, database) = await WithPartitionsAsync();

        var dropped = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => server.QueryAsync<string>(database, Drop)));

        Assert.Equal(2, dropped.Sum(names => names.Count));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(Days, 1)]
    public async Task Is_the_store_s_own_business_where_days_are_set(int days, int expected)
    {
        var (server, database) = await WithPartitionsAsync();
        var log = new LogSpy();
        await using var store = PostgresFixture.Store(
            server.ConnectionString(database), retentionDays: days, logger: log.For<PostgresAuditStore>());

        await store.PrepareAsync(CancellationToken.None);
        await store.MaintainAsync(CancellationToken.None);

        Assert.Equal(expected, log.WithId(3300).Count);
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(Days, 2)]
    public async Task Deletes_whole_months_of_sqlite_one_at_a_time(int days, int left)
    {
        var path = _folder.File("audit.db");
        await using var store = new SqliteAuditStore(
            path, days, TimeProvider.System, NullLogger<SqliteAuditStore>.Instance);
        var old = KeepFrom.AddMonths(-1);
        await store.AppendAsync(
            Some.Batch([
                Row(1, old.AddDays(27)), Row(2, old.AddMonths(-1)), Row(3, KeepFrom), Row(4, DateTime.MaxValue),
            ]),
            CancellationToken.None);

        await store.MaintainAsync(CancellationToken.None);
        Assert.Equal(days == 0 ? 4 : 3, (await StoredColumns.FromSqliteAsync(path)).Count);
        await store.MaintainAsync(CancellationToken.None);
        await store.MaintainAsync(CancellationToken.None);

        Assert.Equal(left, (await StoredColumns.FromSqliteAsync(path)).Count);
        Assert.Equal(4, (await store.ReadCheckpointsAsync(Some.WriterId, CancellationToken.None)).Count);
    }

    private static AuditRow Row(int number, DateTime timestamp) =>
        AuditRow.From(Some.Entry(number) with { Timestamp = timestamp });

    // Names that say nothing of their bounds, or lie.
    private async Task<(PostgresServer Server, string Database)> WithPartitionsAsync()
    {
        var (server, database) = await postgres.MigratedAsync();
        var last = KeepFrom.AddMonths(-1);
        await server.ExecuteAsync(
            database,
            string.Join(
                ';',
                Partition("anything", new DateTime(2003, 1, 1), new DateTime(2003, 2, 1)),
                Partition("audit_log_last", last, KeepFrom),
                Partition("audit_log_kept", KeepFrom, KeepFrom.AddMonths(1)),
                Partition("audit_log_2001_01", new DateTime(2201, 1, 1), new DateTime(2201, 2, 1)),
                "CREATE TABLE public.endless PARTITION OF public.audit_log "
                + "FOR VALUES FROM ('2900-01-01Z') TO (MAXVALUE)"));
        return (server, database);
    }

    private static string Partition(string name, DateTime from, DateTime to) => string.Create(
        CultureInfo.InvariantCulture,
        $"CREATE TABLE public.{name} PARTITION OF public.audit_log "
        + $"FOR VALUES FROM ('{from:yyyy-MM-dd}Z') TO ('{to:yyyy-MM-dd}Z')");
}
