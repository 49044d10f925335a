using System.Globalization;
using Npgsql;
using Sentinel.Audit.Stores;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests;

public sealed class PartitionTests(PostgresFixture postgres)
{
    private const string Ensure = "SELECT * FROM public.ensure_audit_partitions(2)";

    [Fact]
    public async Task Are_made_for_this_month_and_the_next_ones_once()
    {
        var (server, database) = await postgres.MigratedAsync();

        var made = await server.QueryAsync<string>(database, Ensure);
        var again = await server.QueryAsync<string>(database, Ensure);

        Assert.Equal(
            Months(3).Select(month => month.ToString("'audit_log_'yyyy_MM", CultureInfo.InvariantCulture)), made);
        Assert.Empty(again);
    }

    [Fact]
    public async Task Take_their_rows_out_of_the_default_partition()
    {
        var (server, database) = await postgres.MigratedAsync();
        await using var store = PostgresFixture.Store(server.ConnectionString(database));
        var rows = Months(2).Select((month, i) => AuditRow.From(Some.Entry(i) with { Timestamp = month.AddDays(1) }));
        await store.AppendAsync(Some.Batch([.. rows]), CancellationToken.None);
        Assert.Equal(["audit_log_default: 2"], await WhereRowsAre(server, database));

        var made = await server.QueryAsync<string>(database, Ensure);

        Assert.Equal([$"{made[0]}: 1", $"{made[1]}: 1"], await WhereRowsAre(server, database));
        Assert.Equal([2L], await server.QueryAsync<long>(database, "SELECT count(DISTINCT id) FROM public.audit_log"));
    }

    [Fact]
    public async Task Have_the_indexes_and_the_check_of_their_table()
    {
        var (server, database) = await postgres.MigratedAsync();
        var made = await server.QueryAsync<string>(database, Ensure);

        var indexes = await server.QueryAsync<long>(
            database, $"SELECT count(*) FROM pg_indexes WHERE tablename = '{made[0]}'");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => server.ExecuteAsync(
            database,
            $"""
             INSERT INTO public.{made[0]} (request_id, client_subject, client_role, tool_name, backend_name,
                 response_status, latency_ms)
             VALUES (gen_random_uuid(), '', '', '', '', 'maybe', 0)
             """));

        Assert.Equal(5, indexes[0]);
        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
    }

    [Fact]
    public async Task Give_up_at_once_when_a_long_report_holds_the_table()
    {
        var (server, database) = await postgres.MigratedAsync();
        await using var report = new NpgsqlConnection(server.ConnectionString(database));
        await report.OpenAsync();
        await using var transaction = await report.BeginTransactionAsync();
        await using var reading = new NpgsqlCommand("SELECT count(*) FROM public.audit_log", report);
        await reading.ExecuteScalarAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => server.QueryAsync<string>(database, Ensure));
        await transaction.RollbackAsync();

        Assert.Equal(PostgresErrorCodes.LockNotAvailable, refused.SqlState);
        Assert.Equal(3, (await server.QueryAsync<string>(database, Ensure)).Count);
    }

    [Fact]
    public async Task Are_left_to_the_one_who_comes_first()
    {
        var (server, database) = await postgres.MigratedAsync();

        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.QueryAsync<string>(database, Ensure)));

        Assert.Equal(3, made.Sum(names => names.Count));
    }

    [Fact]
    public async Task Are_not_needed_for_rows_of_any_year()
    {
        var (server, database) = await postgres.MigratedAsync();
        await using var rig = new WriterRig(PostgresFixture.Store(server.ConnectionString(database)));
        await rig.StartAsync();

        rig.Channel.TryWrite(Some.Entry(1) with { Timestamp = DateTime.MinValue });
        rig.Channel.TryWrite(Some.Entry(2) with { Timestamp = DateTime.MaxValue });
        await rig.WrittenAsync(2);

        Assert.Equal(["audit_log_default: 2"], await WhereRowsAre(server, database));
        Assert.Equal(
            ["0001-01-01 1", "9999-12-01 1"],
            await server.QueryAsync<string>(
                database, "SELECT month::text || ' ' || seq FROM public.audit_checkpoint ORDER BY month"));
    }

    [Theory]
    [InlineData("NULL")]
    [InlineData("-1")]
    [InlineData("121")]
    public async Task Are_not_made_for_a_senseless_number_of_months(string months)
    {
        var (server, database) = await postgres.MigratedAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => server.QueryAsync<string>(database, $"SELECT * FROM public.ensure_audit_partitions({months})"));

        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, refused.SqlState);
    }

    private static IEnumerable<DateTime> Months(int count)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var first = new DateTime(now.Year, now.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        return Enumerable.Range(0, count).Select(first.AddMonths);
    }

    private static Task<IReadOnlyList<string>> WhereRowsAre(PostgresServer server, string database) =>
        server.QueryAsync<string>(
            database,
            "SELECT tableoid::regclass::text || ': ' || count(*) FROM public.audit_log GROUP BY tableoid ORDER BY 1");
}
