using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>What a gateway has recorded, by its own counters and by the store's rows.</summary>
internal sealed class AuditRows(GatewayProcess gateway, Func<Task<long>> countRows)
{
    public const string CountSql = "SELECT count(*) FROM audit_log";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Waits until every call is written or counted as dropped.</summary>
    /// <returns>How many were dropped.</returns>
    public async Task<long> QuiesceAsync(long calls)
    {
        long dropped = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                (var written, dropped) = await CountersAsync();
                return written + dropped >= calls;
            },
            Patience);
        return dropped;
    }

    /// <summary>Checks that every call left a row or was counted as dropped.</summary>
    /// <returns>The entries dropped.</returns>
    /// <exception cref="InvalidOperationException">The counts differ.</exception>
    public async Task<long> SettleAsync(long calls)
    {
        await QuiesceAsync(calls);
        var (written, dropped) = await CountersAsync();
        var rows = await countRows();
        return rows == written && rows + dropped == calls
            ? dropped
            : throw new InvalidOperationException($"{calls} calls, {written} written, {rows} rows, {dropped} dropped.");
    }

    public static async Task<long> CountSqliteAsync(string path)
    {
        await using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = CountSql;
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<(long Written, long Dropped)> CountersAsync()
    {
        var metrics = await GatewayMetrics.ReadAsync(gateway);
        return (Counter(metrics, "sentinel_audit_written_total"), Counter(metrics, "sentinel_audit_dropped_total"));
    }

    private static long Counter(string metrics, string name)
    {
        var match = Regex.Match(metrics, $"^{name} (\\d+)$", RegexOptions.Multiline, TimeSpan.FromSeconds(1));
        return match.Success ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }
}
