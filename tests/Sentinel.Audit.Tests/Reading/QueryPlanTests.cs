using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using Sentinel.Audit.Reading;
using Xunit;

namespace Sentinel.Audit.Tests.Reading;

/// <summary>Questions about a little of a large table are answered by its indexes, and by the partitions concerned.</summary>
public sealed class QueryPlanTests(PostgresFixture postgres)
{
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
        { "as written", new() { Order = AuditOrder.AsWritten, Limit = 50, After = new(0, 19_000) }, "pkey" },
    };

    [Theory]
    [MemberData(nameof(Queries), DisableDiscoveryEnumeration = true)]
    public async Task Go_by_an_index_in_postgres(string what, AuditQuery query, string index)
    {
        await using var stores = await FilledAsync();

        var plan = await ExplainAsync(stores, query);

        Assert.True(plan.Contains(index, StringComparison.Ordinal), $"{what}: {plan}");
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
        Assert.True(plan.Contains(expected, StringComparison.Ordinal), $"{what}: {plan}");
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

    private static async Task<string> ExplainAsync(BothStores stores, AuditQuery query)
    {
        var sql = AuditSql.From(query, SqlDialect.Postgres);
        await using var connection = new NpgsqlConnection(
            stores.Server.ConnectionString(stores.Database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("EXPLAIN " + sql.Text, connection);
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
