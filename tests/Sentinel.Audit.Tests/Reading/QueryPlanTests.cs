using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using Sentinel.Audit.Reading;
using Xunit;

namespace Sentinel.Audit.Tests.Reading;

/// <summary>Questions about a little of a large table are answered by its indexes, and by the partitions concerned.</summary>
public sealed class QueryPlanTests(PostgresFixture postgres)
{
    private static readonly AuditQuery Page = new() { Order = AuditOrder.NewestFirst, Limit = 51 };

    public static TheoryData<string, AuditQuery, string> Queries => new()
    {
        { "one call", new() { RequestId = Guid.Empty }, "_request_id_" },
        { "a caller", new() { Caller = "rare", Limit = 50 }, "_client_subject_" },
        { "a tool", new() { Tool = "rare", Limit = 50 }, "_tool_name_" },
        { "the newest", new() { Order = AuditOrder.NewestFirst, Limit = 50 }, "_timestamp_" },
        {
            "the next page",
            new() { Order = AuditOrder.NewestFirst, Limit = 50, After = new(Micros(2030, 2, 10), 5) },
            "_timestamp_"
        },
        { "an outcome", Page with { Outcome = AuditOutcome.Denied }, "_timestamp_" },
        { "a reason", Page with { Reason = "rbac" }, "_timestamp_" },
        { "a tool's pattern", Page with { Tool = "r*e" }, "_timestamp_|_tool_name_" },
        { "a backend's pattern", Page with { Backend = "x*" }, "_timestamp_" },
        { "a role", Page with { Role = "admin" }, "_timestamp_" },
        { "a session", Page with { SessionHash = "aa" }, "_timestamp_" },
        { "an argument", Page with { Arguments = [new(["a"], "5")] }, "_timestamp_" },
        { "a caller's calls of a tool", Page with { Caller = "rare", Tool = "rare" }, "_client_subject_|_tool_name_" },
        { "a caller's denials", Page with { Caller = "rare", Outcome = AuditOutcome.Denied }, "_client_subject_" },
        { "everything, to export", new(), "_timestamp_" },
        { "as written", new() { Order = AuditOrder.AsWritten, Limit = 50, After = new(0, 19_000) }, "pkey" },
    };

    [Theory]
    [MemberData(nameof(Queries), DisableDiscoveryEnumeration = true)]
    public async Task Go_by_an_index_in_postgres(string what, AuditQuery query, string index)
    {
        await using var stores = await FilledAsync();

        var plan = await ExplainAsync(stores, query);

        Assert.True(index.Split('|').Any(i => plan.Contains(i, StringComparison.Ordinal)), $"{what}: {plan}");
        // The default partition is empty, and may be scanned as it likes.
        Assert.DoesNotContain(
            plan.Split('\n'), line => line.Contains("Seq Scan", StringComparison.Ordinal) && !line.Contains("default"));
    }

    [Fact]
    public async Task Leave_out_the_partitions_that_their_time_does_not_concern()
    {
        await using var stores = await FilledAsync();
        var january = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        var range = await ExplainAsync(stores, new() { From = january, To = january.AddMonths(1) });
        var page = await ExplainAsync(stores, new() { After = new AuditCursor(Micros(2030, 2, 10), 5) });
        var month = await ExplainAsync(stores, new() { Writer = new(Some.WriterId, new DateOnly(2030, 2, 1)) });

        Assert.Equal((true, false), (range.Contains("2030_01"), range.Contains("2030_02")));
        Assert.Equal((false, true), (page.Contains("2030_01"), page.Contains("2030_02")));
        Assert.Equal((false, true), (month.Contains("2030_01"), month.Contains("2030_02")));
    }

    [Theory]
    [MemberData(nameof(Queries), DisableDiscoveryEnumeration = true)]
    public async Task Go_by_an_index_in_sqlite(string what, AuditQuery query, string index)
    {
        await using var stores = await BothStores.WithAsync(postgres, Some.Entry());
        await using var connection = new SqliteConnection($"Data Source={stores.SqlitePath};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        var sql = AuditSql.From(query, SqlDialect.Sqlite);
        command.CommandText = "EXPLAIN QUERY PLAN " + sql.Text;
        sql.Values.ToList().ForEach(value => command.Parameters.AddWithValue("@" + value.Name, value.Value));
        await using var reader = await command.ExecuteReaderAsync();
        var plan = "";
        while (await reader.ReadAsync())
        {
            plan += reader.GetString(3) + "\n";
        }

        // The table's own key is the id.
        var expected = index == "pkey" ? "INTEGER PRIMARY KEY" : index;
        Assert.True(expected.Split('|').Any(i => plan.Contains(i, StringComparison.Ordinal)), $"{what}: {plan}");
    }

    [Fact]
    public async Task Find_new_rows_of_a_writer_from_the_end_of_the_primary_key()
    {
        await using var stores = await FilledAsync();
        AuditSpan[] spans =
        [
            new(new(Some.WriterId, new DateOnly(2030, 1, 1)), 19_000, 19_010),
            new(new(Guid.Empty, new DateOnly(2030, 1, 1)), 0, 5),
        ];
        var sql = SpanSql.From(spans, new AuditQuery { Outcome = AuditOutcome.Denied }, SqlDialect.Postgres);

        var plan = await ExplainAsync(stores, sql, SpanSql.Planner);
        var unguided = await ExplainAsync(stores, sql, []);

        Assert.Contains("Index Scan Backward using audit_log_2030_01_pkey", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on audit_log_2030", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("2030_02", plan, StringComparison.Ordinal);
        // Left alone, the planner does not know that the walk ends soon.
        Assert.DoesNotContain("Index Scan Backward using audit_log_2030_01_pkey", unguided, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AuditGrouping.Tool)]
    [InlineData(AuditGrouping.Hour)]
    public async Task Count_a_day_from_its_index_and_its_partition(AuditGrouping grouping)
    {
        await using var stores = await FilledAsync();
        var day = new DateTimeOffset(2030, 1, 20, 0, 0, 0, TimeSpan.Zero);
        var query = new AuditQuery { From = day, To = day.AddDays(1), Limit = 50 };

        var plan = await ExplainAsync(stores, StatisticsSql.From(query, grouping, SqlDialect.Postgres), []);

        Assert.Contains("audit_log_2030_01_timestamp_idx", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("2030_02", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on audit_log_2030", plan, StringComparison.Ordinal);
    }

    private static long Micros(int year, int month, int day) =>
        new DateTime(year, month, day).Ticks / TimeSpan.TicksPerMicrosecond;

    private async Task<BothStores> FilledAsync()
    {
        var stores = await BothStores.WithAsync(postgres);
        foreach (var month in new[] { 1, 2 })
        {
            await stores.Server.ExecuteAsync(
                stores.Database,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                     CREATE TABLE public.audit_log_2030_0{month} PARTITION OF public.audit_log
                     FOR VALUES FROM ('2030-0{month}-01Z') TO ('2030-0{month + 1}-01Z')
                     """));
        }

        await stores.Server.ExecuteAsync(
            stores.Database,
            """
            INSERT INTO public.audit_log (request_id, "timestamp", client_subject, client_role, tool_name,
                backend_name, response_status, latency_ms, journal_id, seq)
            SELECT gen_random_uuid(), '2030-01-01Z'::timestamptz + i * interval '4 minutes',
                CASE WHEN i % 5000 = 0 THEN 'rare' ELSE 'c' || i % 10 END, '',
                CASE WHEN i % 5000 = 0 THEN 'rare' ELSE 't' || i % 10 END, 'b', 'success', 0, gen_random_uuid(), i
            FROM generate_series(1, 20000) i;
            ANALYZE public.audit_log
            """);
        return stores;
    }

    private static Task<string> ExplainAsync(BothStores stores, AuditQuery query) => ExplainAsync(
        stores,
        AuditSql.From(query, SqlDialect.Postgres),
        query.Limit is null ? [] : PostgresAuditReader.PagePlanner);

    // As the reader asks: by a cursor, with the planner's settings of its transaction.
    private static async Task<string> ExplainAsync(BothStores stores, AuditSql sql, string[] switchedOff)
    {
        await using var connection = new NpgsqlConnection(
            stores.Server.ConnectionString(stores.Database) + ";Pooling=false");
        await connection.OpenAsync();
        foreach (var setting in switchedOff)
        {
            await using var set = new NpgsqlCommand($"SET {setting} = off", connection);
            await set.ExecuteNonQueryAsync();
        }

        await using var command = new NpgsqlCommand(
            "EXPLAIN DECLARE audit_rows NO SCROLL CURSOR FOR " + sql.Text, connection);
        foreach (var (name, value) in sql.Values)
        {
            command.Parameters.Add(PostgresAuditReader.Parameter(name, value));
        }

        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }
}
