using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Viewers;

/// <summary>Two gateways that record into one PostgreSQL database, and one with the embedded store.</summary>
public sealed class ViewedGateways(Servers servers, Postgres postgres) : IAsyncLifetime
{
    private readonly List<GatewayProcess> _started = [];
    private Task<IReadOnlyList<GatewayProcess>>? _postgres;
    private Task<IReadOnlyList<GatewayProcess>>? _sqlite;

    public PostgresServer Server { get; private set; } = null!;

    public string Database { get; private set; } = "";

    public Dictionary<string, string?> Environment { get; private set; } = [];

    /// <summary>Skips the running test where there is no PostgreSQL and it is asked for.</summary>
    public Task<IReadOnlyList<GatewayProcess>> OfAsync(bool isPostgres) =>
        isPostgres ? _postgres ??= StartPostgresAsync() : _sqlite ??= StartSqliteAsync();

    public async Task<GatewayProcess> FirstOfAsync(bool isPostgres) => (await OfAsync(isPostgres))[0];

    /// <summary>Changes the store as somebody could who has its password or its file.</summary>
    public async Task ExecuteAsync(bool isPostgres, string sql)
    {
        if (isPostgres)
        {
            await Server.ExecuteAsync(Database, sql);
            return;
        }

        var gateway = await FirstOfAsync(false);
        await using var connection = new SqliteConnection(
            $"Data Source={Path.Combine(gateway.Folder, "audit.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Makes calls of the tool with that text, in turns through every gateway.</summary>
    public async Task CallAsync(bool isPostgres, string text, int count = 1)
    {
        var gateways = await OfAsync(isPostgres);
        for (var i = 0; i < count; i++)
        {
            await Rpc.CallAsync(
                new Uri(gateways[i % gateways.Count].Url, "sample/mcp"),
                Servers.TesterKey,
                "echo",
                new JsonObject { ["text"] = text, ["n"] = i }.ToJsonString());
        }
    }

    public ProxyConfig Config()
    {
        var config = servers.Config().ApiKey("ann", Viewer.Key, "auditor").Role("auditor", []).SessionKeys();
        config.Sentinel["Management"]!["ViewerRoles"] = new JsonArray("auditor");
        return config;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _started)
        {
            await gateway.DisposeAsync();
        }
    }

    private async Task<IReadOnlyList<GatewayProcess>> StartPostgresAsync()
    {
        Server = await postgres.ServerAsync();
        Database = await Server.NewDatabaseAsync();
        Environment = Postgres.Environment(Server, Database);
        Environment[ProxyConfig.SessionKeysVariable] = new('0', 64);
        var config = Config().AuditToPostgres();
        var gateways = await Task.WhenAll(
            GatewayProcess.StartAsync(config, Environment), GatewayProcess.StartAsync(config, Environment));
        _started.AddRange(gateways);
        await Eventually.TrueAsync(
            () => gateways.Any(gateway => gateway.Process.Output.Contains(
                "Audit schema brought up", StringComparison.Ordinal)),
            "the schema is there");
        return gateways;
    }

    private async Task<IReadOnlyList<GatewayProcess>> StartSqliteAsync()
    {
        var gateway = await GatewayProcess.StartAsync(
            Config().AuditToSqlite("audit.db"),
            new Dictionary<string, string?> { [ProxyConfig.SessionKeysVariable] = new('0', 64) });
        _started.Add(gateway);
        return [gateway];
    }
}
