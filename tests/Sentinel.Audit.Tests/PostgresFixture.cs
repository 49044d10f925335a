using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sentinel.Audit.Migrations;
using Sentinel.Audit.Stores;
using Sentinel.Audit.Tests;
using Sentinel.Tests.Shared;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Sentinel.Audit.Tests;

/// <summary>One PostgreSQL for the tests that only read and write; those that break a server make their own.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<PostgresServer>? _server;

    public Task<PostgresServer> ServerAsync()
    {
        Requires.Postgres();
        lock (_lock)
        {
            return _server ??= PostgresServer.CreateAsync();
        }
    }

    /// <summary>A database with the schema in it.</summary>
    internal async Task<(PostgresServer Server, string Database)> MigratedAsync()
    {
        var server = await ServerAsync();
        var database = await server.NewDatabaseAsync();
        await MigrateAsync(server, database);
        return (server, database);
    }

    internal static async Task<MigrationResult> MigrateAsync(PostgresServer server, string database)
    {
        await using var runner = new MigrationRunner(server.ConnectionString(database));
        return await runner.RunAsync();
    }

    internal static PostgresAuditStore Store(
        string connectionString,
        AuditTimings? timings = null,
        bool migrate = true,
        int retentionDays = 0,
        ILogger<PostgresAuditStore>? logger = null) =>
        new(
            new NpgsqlConnectionStringBuilder(connectionString),
            migrate,
            retentionDays,
            timings ?? new AuditTimings(),
            TimeProvider.System,
            logger ?? NullLogger<PostgresAuditStore>.Instance);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await (await _server).DisposeAsync();
        }
    }
}
