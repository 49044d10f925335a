using Microsoft.Extensions.Logging.Abstractions;
using Sentinel.Audit.Reading;
using Sentinel.Audit.Stores;
using Sentinel.Tests.Shared;

namespace Sentinel.Audit.Tests.Reading;

/// <summary>The same entries in PostgreSQL and in SQLite, and a reader of each.</summary>
internal sealed class BothStores : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private BothStores(PostgresServer server, string database)
    {
        Server = server;
        Database = database;
        Postgres = AuditReader.Open(new AuditOptions(), _ => server.ConnectionString(database));
        Sqlite = AuditReader.Open(new AuditOptions
        {
            Store = AuditStoreKind.Sqlite,
            Sqlite = new() { Path = SqlitePath },
        });
    }

    public PostgresServer Server { get; }

    public string Database { get; }

    public string SqlitePath => _folder.File("audit.db");

    public IAuditReader Postgres { get; }

    public IAuditReader Sqlite { get; }

    public static async Task<BothStores> WithAsync(PostgresFixture postgres, params AuditEntry[] entries)
    {
        var (server, database) = await postgres.MigratedAsync();
        var stores = new BothStores(server, database);
        await stores.WriteAsync(Some.WriterId, entries);
        return stores;
    }

    public async Task WriteAsync(Guid writer, params AuditEntry[] entries)
    {
        var batch = new WriterSequence(writer, "host:1").Number(entries.Select(AuditRow.From).ToArray(), dropped: 7);
        await using (var store = PostgresFixture.Store(Server.ConnectionString(Database)))
        {
            await store.AppendAsync(batch, CancellationToken.None);
        }

        await using (var store = new SqliteAuditStore(
            SqlitePath, retentionDays: 0, TimeProvider.System, NullLogger<SqliteAuditStore>.Instance))
        {
            store.CheckConfiguration();
            await store.AppendAsync(batch, CancellationToken.None);
        }
    }

    /// <summary>The rows of a query, from each store.</summary>
    public async Task<(List<StoredRow> Postgres, List<StoredRow> Sqlite)> ReadAsync(AuditQuery query) =>
        (await ListAsync(Postgres, query), await ListAsync(Sqlite, query));

    public static async Task<List<StoredRow>> ListAsync(IAuditReader reader, AuditQuery query)
    {
        var rows = new List<StoredRow>();
        await foreach (var row in reader.ReadAsync(query, CancellationToken.None))
        {
            rows.Add(row);
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await Postgres.DisposeAsync();
        await Sqlite.DisposeAsync();
        _folder.Dispose();
    }
}
