using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Calls;

/// <summary>A gateway with one way of recording, and the count of what it recorded.</summary>
internal sealed class AuditStep : IAsyncDisposable
{
    private const string CountSql = "SELECT count(*) FROM audit_log";

    private readonly Func<Task<long>>? _countRows;

    private AuditStep(GatewayProcess gateway, Func<Task<long>>? countRows)
    {
        Gateway = gateway;
        _countRows = countRows;
    }

    public GatewayProcess Gateway { get; }

    public static async Task<AuditStep> StartAsync(string step, Uri backend, PostgresServer? postgres)
    {
        var config = Config(backend);
        switch (step)
        {
            case "postgres" or "durable" or "strict" when postgres is not null:
                config.AuditToPostgres();
                config.Sentinel["Audit"]!["Guarantee"] = step switch
                {
                    "durable" => "Durable",
                    "strict" => "Strict",
                    _ => "BestEffort",
                };
                var database = await postgres.NewDatabaseAsync();
                return new AuditStep(
                    await GatewayProcess.StartAsync(
                        config,
                        new Dictionary<string, string?> { ["DATABASE_URL"] = postgres.ConnectionString(database) }),
                    async () => (await postgres.QueryAsync<long>(database, CountSql)).Single());
            case "sqlite":
                var gateway = await GatewayProcess.StartAsync(config.AuditToSqlite("data/audit.db"));
                return new AuditStep(gateway, () => CountSqliteAsync(Path.Combine(gateway.Folder, "data/audit.db")));
            default:
                return new AuditStep(await GatewayProcess.StartAsync(config), null);
        }
    }

    /// <summary>Checks that every call left a row or was counted as dropped.</summary>
    /// <returns>The entries dropped; null where nothing is recorded.</returns>
    public async Task<long?> SettleAsync(long calls)
    {
        if (_countRows is null)
        {
            return null;
        }

        using var http = new HttpClient { BaseAddress = Gateway.ManagementUrl };
        long written = 0, dropped = 0;
        await Eventually.HoldsAsync(async () =>
        {
            var metrics = await http.GetStringAsync(new Uri("metrics", UriKind.Relative));
            written = Counter(metrics, "sentinel_audit_written_total");
            dropped = Counter(metrics, "sentinel_audit_dropped_total");
            return written + dropped >= calls;
        });
        var rows = await _countRows();
        return rows == written && rows + dropped == calls
            ? dropped
            : throw new InvalidOperationException($"{calls} calls, {written} written, {rows} rows, {dropped} dropped.");
    }

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();

    private static ProxyConfig Config(Uri backend) => new ProxyConfig()
        .Backend(ToolCallBytes.Backend, backend)
        .ApiKey("bench", ToolCallBytes.ApiKey, "reader", "support")
        .Role("reader", ["bench/read_*", "bench/list_*"], ["bench/*_internal"])
        .Role("support", ["bench/open_ticket", "bench/search_*"], ["bench/delete_*", "bench/drop_*"])
        .Disable("bench/shell_*");

    private static long Counter(string metrics, string name)
    {
        var match = Regex.Match(metrics, $"^{name} (\\d+)$", RegexOptions.Multiline, TimeSpan.FromSeconds(1));
        return match.Success ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }

    private static async Task<long> CountSqliteAsync(string path)
    {
        await using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = CountSql;
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
