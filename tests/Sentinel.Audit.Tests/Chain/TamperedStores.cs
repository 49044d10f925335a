using Microsoft.Data.Sqlite;
using Sentinel.Audit.Chain;
using Sentinel.Audit.Tests.Reading;

namespace Sentinel.Audit.Tests.Chain;

/// <summary>Both stores, in the hands of somebody who may change everything.</summary>
internal sealed class TamperedStores(BothStores stores) : IAsyncDisposable
{
    /// <param name="sql">What is done to both, or to PostgreSQL alone.</param>
    /// <param name="ofSqlite">What is done to SQLite, where it says it otherwise.</param>
    /// <param name="after">What is done to both after that.</param>
    public async Task ChangeAsync(string sql, string? ofSqlite = null, string? after = null)
    {
        await stores.Server.ExecuteAsync(stores.Database, sql);
        await using var connection = new SqliteConnection($"Data Source={stores.SqlitePath};Pooling=False");
        await connection.OpenAsync();
        Execute(connection, ofSqlite ?? sql);
        if (after is not null)
        {
            await stores.Server.ExecuteAsync(stores.Database, after);
            Execute(connection, after);
        }
    }

    /// <summary>The reports on PostgreSQL and on SQLite.</summary>
    public async Task<List<ChainReport>> VerifyAsync(IReadOnlyCollection<ChainHead>? anchors = null) =>
    [
        await ChainVerifier.VerifyAsync(stores.Postgres, anchors ?? [], CancellationToken.None),
        await ChainVerifier.VerifyAsync(stores.Sqlite, anchors ?? [], CancellationToken.None),
    ];

    public ValueTask DisposeAsync() => stores.DisposeAsync();

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Tests' own.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
