using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Sentinel.Audit.Stores;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests;

public sealed class StoredColumnsTests(PostgresFixture postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-audit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Are_the_same_in_both_stores()
    {
        var (server, database) = await postgres.MigratedAsync();
        var batch = Some.Batch(
            AuditRow.From(Some.FullEntry()),
            Some.Row(2),
            AuditRow.From(Some.Entry(3) with { Outcome = AuditOutcome.Denied, LatencyUs = 9_999 }),
            AuditRow.From(Some.Entry(4) with { Timestamp = DateTime.MinValue }),
            AuditRow.From(Some.Entry(5) with { Timestamp = DateTime.MaxValue }));
        var path = Path.Combine(_folder, "audit.db");

        await using (var store = PostgresFixture.Store(server.ConnectionString(database)))
        {
            await store.AppendAsync(batch, CancellationToken.None);
        }

        await using (var store = new SqliteAuditStore(
            path, retentionDays: 0, TimeProvider.System, NullLogger<SqliteAuditStore>.Instance))
        {
            store.CheckConfiguration();
            await store.AppendAsync(batch, CancellationToken.None);
        }

        var fromPostgres = Comparable(await StoredColumns.FromPostgresAsync(server.ConnectionString(database)));
        var fromSqlite = Comparable(await StoredColumns.FromSqliteAsync(path));
        Assert.Equal(fromPostgres, fromSqlite);
        Snapshot.Match(fromPostgres);
    }

    private static string Comparable(List<SortedDictionary<string, string?>> rows)
    {
        foreach (var row in rows)
        {
            Assert.NotNull(row["created_at"]);
            Assert.NotNull(row["id"]);
            row.Remove("created_at");
            row.Remove("id");
            // jsonb sorts keys and drops white space; the values are what must be equal.
            row["request_args"] = row["request_args"] is { } args ? Sorted(JsonNode.Parse(args)!).ToJsonString() : null;
        }

        return string.Join(
            "\n\n",
            rows.Select(row => string.Join('\n', row.Select(column => $"{column.Key}: {column.Value ?? "NULL"}"))));
    }

    private static JsonNode Sorted(JsonNode node) => node is JsonObject members
        ? new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(
                member.Key, member.Value is null ? null : (JsonNode?)Sorted(member.Value.DeepClone()))))
        : node.DeepClone();
}
