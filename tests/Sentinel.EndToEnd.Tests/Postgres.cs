using Sentinel.EndToEnd.Tests;
using Sentinel.Tests.Shared;
using Xunit;

[assembly: AssemblyFixture(typeof(Postgres))]

namespace Sentinel.EndToEnd.Tests;

/// <summary>One PostgreSQL for all tests that only need a database of their own, started when first used.</summary>
public sealed class Postgres : IAsyncLifetime
{
    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.CreateAsync());

    /// <summary>The environment of a gateway that records into that database.</summary>
    public static Dictionary<string, string?> Environment(PostgresServer server, string database) =>
        new() { ["DATABASE_URL"] = Url(server, database) };

    public static string Url(PostgresServer server, string database) =>
        $"postgres://postgres@127.0.0.1:{server.Port}/{database}?sslmode=disable";

    /// <summary>Skips the running test where there is no PostgreSQL.</summary>
    public Task<PostgresServer> ServerAsync()
    {
        Requires.Postgres();
        return _server.Value;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
