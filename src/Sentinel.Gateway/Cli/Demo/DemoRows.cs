using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Sentinel.Gateway.Cli.Demo;

/// <summary>Reads back what the tour left in the embedded store.</summary>
internal static class DemoRows
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// The rows, oldest first, once there are as many as calls; after ten seconds, as many as there are.
    /// </summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(
        string storePath,
        int count,
        CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var startedAt = time.GetTimestamp();
        while (true)
        {
            var rows = await ReadAllAsync(storePath, cancellationToken);
            if (rows.Count >= count || time.GetElapsedTime(startedAt) > WaitMax)
            {
                return rows;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private static async Task<List<string>> ReadAllAsync(string storePath, CancellationToken cancellationToken)
    {
        var rows = new List<string>();
        await using var connection = new SqliteConnection($"Data Source={storePath};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT "timestamp", client_subject, client_role, backend_name || '/' || tool_name,
                   response_status, coalesce(reason, '-'), latency_us,
                   coalesce(json_extract(request_args, '$.arguments'), ''), coalesce(error_message, '')
            FROM audit_log ORDER BY id
            """;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{reader.GetString(0)}  {reader.GetString(1),-10} {reader.GetString(2),-8} {reader.GetString(3),-19} "
                + $"{reader.GetString(4),-8} {reader.GetString(5),-11} {reader.GetInt64(6),7} µs  "
                + $"{reader.GetString(7)}  {reader.GetString(8)}"));
        }

        return rows;
    }
}
