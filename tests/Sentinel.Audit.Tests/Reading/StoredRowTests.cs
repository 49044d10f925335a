using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Sentinel.Audit.Reading;
using Xunit;

namespace Sentinel.Audit.Tests.Reading;

public sealed class StoredRowTests(PostgresFixture postgres)
{
    private static readonly AuditEntry[] Entries =
    [
        Some.FullEntry(),
        Some.Entry(2),
        Some.Entry(3) with { Outcome = AuditOutcome.Denied, LatencyUs = 9_999, RequestArgs = Some.Utf8("{}") },
        Some.Entry(4) with { Timestamp = DateTime.MinValue },
        Some.Entry(5) with { Timestamp = DateTime.MaxValue },
    ];

    [Fact]
    public async Task Is_the_same_from_both_stores_column_by_column()
    {
        await using var stores = await BothStores.WithAsync(postgres, Entries);

        var (fromPostgres, fromSqlite) = await stores.ReadAsync(new AuditQuery());

        Assert.Equal(Entries.Length, fromPostgres.Count);
        Assert.Equal(fromPostgres.Select(Print), fromSqlite.Select(Print));
    }

    [Fact]
    public async Task Has_in_each_column_what_the_store_has_there()
    {
        await using var stores = await BothStores.WithAsync(postgres, Entries);
        await stores.Server.ExecuteAsync(
            stores.Database, @"UPDATE public.audit_log SET chain_hash = '\x0102ff' WHERE request_args IS NOT NULL");

        var rows = await BothStores.ListAsync(stores.Postgres, new AuditQuery { Order = AuditOrder.AsWritten });
        var stored = await StoredColumns.FromPostgresAsync(stores.Server.ConnectionString(stores.Database));

        Assert.Equal(stored.Count, rows.Count);
        foreach (var (row, columns) in rows.Zip(stored))
        {
            Assert.Equal(columns["created_at"]![..19], Time(row.CreatedAtMicros)[..19].Replace('T', ' '));
            Assert.Equal(columns["id"], row.Id.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(columns["request_args"], row.RequestArgs.IsEmpty ? null : Text(row.RequestArgs));
            var read = Columns(row);
            Assert.Equal(columns.Keys.Except(["created_at", "id", "request_args"]), read.Keys.Except(["request_args"]));
            Assert.All(read.Where(column => column.Key != "request_args"), column =>
                Assert.True(columns[column.Key] == column.Value, $"{column.Key}: {column.Value}"));
        }
    }

    [Fact]
    public async Task Carries_the_checkpoints_beside_it()
    {
        await using var stores = await BothStores.WithAsync(postgres, Entries);

        var fromPostgres = await CheckpointsAsync(stores.Postgres);
        var fromSqlite = await CheckpointsAsync(stores.Sqlite);

        Assert.Equal(
            [new(0001, 1, 1), new(2026, 11, 1), new(9999, 12, 1)],
            fromPostgres.Select(checkpoint => checkpoint.Writer.Month));
        Assert.Equal([1L, 3, 1], fromPostgres.Select(checkpoint => checkpoint.Seq));
        Assert.All(fromPostgres, checkpoint => Assert.Equal(7, checkpoint.Dropped));
        Assert.All(fromPostgres, checkpoint => Assert.Equal(32, checkpoint.ChainHash.Length));
        Assert.Equal(fromPostgres.Select(Print), fromSqlite.Select(Print));
    }

    private static string Print(StoredCheckpoint checkpoint) =>
        $"{checkpoint.Writer} {checkpoint.Seq} {checkpoint.Dropped} {Convert.ToHexString(checkpoint.ChainHash.Span)}";

    private static async Task<List<StoredCheckpoint>> CheckpointsAsync(IAuditReader reader)
    {
        var checkpoints = new List<StoredCheckpoint>();
        await foreach (var checkpoint in reader.ReadCheckpointsAsync(CancellationToken.None))
        {
            checkpoints.Add(checkpoint);
        }

        return checkpoints;
    }

    private static string Print(StoredRow row) =>
        string.Join('\n', Columns(row).Select(column => $"{column.Key}: {column.Value ?? "NULL"}"));

    // By reflection, so that a column that is added later is compared too.
    private static SortedDictionary<string, string?> Columns(StoredRow row)
    {
        var columns = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var property in typeof(StoredRow).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite && property.Name is not ("Id" or "CreatedAtMicros")))
        {
            var name = property.Name == "TimestampMicros" ? "timestamp" : SnakeCase(property.Name);
            columns[name] = property.GetValue(row) switch
            {
                null => null,
                long micros when name == "timestamp" => Time(micros),
                ReadOnlyMemory<byte> { IsEmpty: true } => null,
                ReadOnlyMemory<byte> hash when name == "chain_hash" => Convert.ToHexStringLower(hash.Span),
                ReadOnlyMemory<byte> json => Sorted(JsonNode.Parse(json.Span)!).ToJsonString(),
                var value => Convert.ToString(value, CultureInfo.InvariantCulture),
            };
        }

        return columns;
    }

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"))
            .Replace("json_rpc", "jsonrpc", StringComparison.Ordinal);

    private static string Time(long micros) => new DateTime(micros * TimeSpan.TicksPerMicrosecond)
        .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);

    private static JsonNode Sorted(JsonNode node) => node is JsonObject members
        ? new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(
                member.Key, member.Value is null ? null : (JsonNode?)Sorted(member.Value.DeepClone()))))
        : node.DeepClone();
}
