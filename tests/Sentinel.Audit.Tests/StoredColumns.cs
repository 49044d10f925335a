using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Sentinel.Audit.Tests;

/// <summary>Reads rows back as text, column by column, so that both stores can be compared.</summary>
internal static class StoredColumns
{
    public static async Task<List<SortedDictionary<string, string?>>> FromPostgresAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            SELECT to_jsonb(a) ->> 'request_args' AS printed, a.* FROM (
                SELECT id::text, request_id::text,
                    to_char("timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "timestamp",
                    client_subject, client_role, tool_name, backend_name, request_args::text,
                    response_status, error_message, latency_ms::text, created_at::text, reason, error_code::text,
                    http_status::text, latency_us::text, first_byte_us::text, gateway_us::text, client_issuer,
                    client_tenant, client_display, client_app, method, jsonrpc_id, session_hash, protocol_version,
                    client_name, client_address, route, trace_id, request_bytes::text, response_bytes::text, decision,
                    instance, journal_id::text, seq::text, encode(chain_hash, 'hex') AS chain_hash
                FROM public.audit_log ORDER BY audit_log.request_id) a
            """,
            connection);
        return await ReadAsync(await command.ExecuteReaderAsync(), skip: 1);
    }

    public static async Task<List<SortedDictionary<string, string?>>> FromSqliteAsync(string path)
    {
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False;Mode=ReadOnly");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT * FROM audit_log ORDER BY request_id";
        return await ReadAsync(await command.ExecuteReaderAsync(), skip: 0);
    }

    private static async Task<List<SortedDictionary<string, string?>>> ReadAsync(
        System.Data.Common.DbDataReader reader,
        int skip)
    {
        await using (reader)
        {
            var rows = new List<SortedDictionary<string, string?>>();
            while (await reader.ReadAsync())
            {
                var row = new SortedDictionary<string, string?>(StringComparer.Ordinal);
                for (var i = skip; i < reader.FieldCount; i++)
                {
                    row[reader.GetName(i)] = await reader.IsDBNullAsync(i)
                        ? null
                        : reader.GetValue(i) is byte[] bytes
                            ? Convert.ToHexStringLower(bytes)
                            : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture);
                }

                rows.Add(row);
            }

            return rows;
        }
    }
}
