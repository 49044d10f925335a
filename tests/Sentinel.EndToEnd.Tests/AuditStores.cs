using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests;

/// <summary>A proxy.json, and the store it names with rows in it, for commands that read what was recorded.</summary>
/// <remarks>The rows came from a gateway's own migrations; they are written by SQL, to have the values wanted.</remarks>
internal sealed class AuditStores : IAsyncDisposable
{
    private const string Columns =
        """
        request_id, "timestamp", client_subject, client_role, tool_name, backend_name, request_args, response_status,
        error_message, latency_ms, created_at, reason, latency_us, session_hash, journal_id, seq
        """;

    public const string Writer = "0190c0de-0000-7000-8000-000000000001";

    private readonly TemporaryFolder _folder = new();

    private AuditStores(bool isPostgres)
    {
        IsPostgres = isPostgres;
    }

    public bool IsPostgres { get; }

    public PostgresServer? Server { get; private init; }

    public string Database { get; private init; } = "";

    public string Folder => _folder.Path;

    public Dictionary<string, string?> Environment { get; private init; } = [];

    /// <summary>An empty store with its tables.</summary>
    public static async Task<AuditStores> CreateAsync(Postgres postgres, bool isPostgres)
    {
        if (isPostgres)
        {
            return await CreateAsync(await postgres.ServerAsync());
        }

        var stores = new AuditStores(false);
        Config().AuditToSqlite("audit.db").WriteTo(stores._folder);
        var script = Artifacts.Source("src/Sentinel.Audit/Stores/Sqlite/0001_create_audit_tables.sql");
        await stores.ExecuteAsync(await File.ReadAllTextAsync(script));
        return stores;
    }

    /// <summary>A database of that server with its tables.</summary>
    public static async Task<AuditStores> CreateAsync(PostgresServer server)
    {
        var database = await server.NewDatabaseAsync();
        var stores = new AuditStores(true)
        {
            Server = server,
            Database = database,
            Environment = Postgres.Environment(server, database),
        };
        Config().AuditToPostgres().WriteTo(stores._folder);
        var (exitCode, output) = await stores.RunAsync("migrate");
        return exitCode == 0 ? stores : throw new InvalidOperationException(output);
    }

    /// <summary>Runs a verb in the folder of its proxy.json.</summary>
    public Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        Cli.RunAsync([.. arguments, "--config", "proxy.json"], Environment, Folder);

    /// <summary>Starts a verb that is not expected to end by itself.</summary>
    public ChildProcess Start(params string[] arguments) =>
        GatewayProcess.Start([.. arguments, "--config", "proxy.json"], Environment, Folder);

    /// <summary>Writes rows as one writer's next batch, with its checkpoint.</summary>
    public async Task WriteAsync(params AuditTestRow[] rows)
    {
        var sql = new StringBuilder("BEGIN;");
        foreach (var row in rows)
        {
            sql.Append(
                CultureInfo.InvariantCulture,
                $"""
                 INSERT INTO audit_log ({Columns}) VALUES ('{row.RequestId}', '{row.Time:yyyy-MM-ddTHH:mm:ss.ffffffZ}',
                 {Text(row.Caller)}, 'analyst,reader', {Text(row.Tool)}, {Text(row.Backend)}, {Text(row.Arguments)},
                 '{row.Status}', {Text(row.Error)}, {row.LatencyUs / 1000}, '2026-11-24T00:00:00.000000Z',
                 {Text(row.Reason)}, {row.LatencyUs}, 'aa', '{Writer}',
                 (SELECT coalesce(max(seq), 0) + 1 FROM audit_log WHERE journal_id = '{Writer}'));
                 """);
        }

        foreach (var month in rows.Select(row => row.Time.ToString("yyyy-MM-01", CultureInfo.InvariantCulture)).Distinct())
        {
            sql.Append(
                CultureInfo.InvariantCulture,
                $"""
                 INSERT INTO audit_checkpoint (journal_id, month, seq, updated_at)
                 SELECT '{Writer}', '{month}', max(seq), '2026-11-24T00:00:00.000000Z' FROM audit_log
                 WHERE true ON CONFLICT (journal_id, month) DO UPDATE SET seq = excluded.seq;
                 """);
        }

        await ExecuteAsync(sql.Append("COMMIT").ToString());
    }

    public async Task ExecuteAsync(string sql)
    {
        if (IsPostgres)
        {
            await Server!.ExecuteAsync(Database, sql);
            return;
        }

        await using var connection = new SqliteConnection($"Data Source={_folder.File("audit.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ProxyConfig Config() =>
        new ProxyConfig().Backend("github", new Uri("http://127.0.0.1:9/")).Anonymous();

    private static string Text(string? text) =>
        text is null ? "NULL" : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}

/// <summary>What a test wants to find.</summary>
internal sealed record AuditTestRow(
    int Number,
    string Caller = "alice",
    string Tool = "search",
    string Backend = "github",
    string Status = "success",
    string? Reason = null,
    string? Error = null,
    string? Arguments = null,
    long LatencyUs = 1500)
{
    public string RequestId => $"0190c0de-0000-7000-9000-{Number:x12}";

    public DateTime Time { get; init; } = new DateTime(2026, 11, 20, 10, 0, 0).AddMinutes(Number);
}
