using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Sentinel.Audit.Stores;

/// <summary>One prepared INSERT, used for every row of a batch.</summary>
internal sealed class SqliteRows : IDisposable
{
    private static readonly string[] Columns =
    [
        "request_id", "timestamp", "client_subject", "client_role", "tool_name", "backend_name", "request_args",
        "response_status", "error_message", "latency_ms", "created_at", "reason", "error_code", "http_status",
        "latency_us", "first_byte_us", "gateway_us", "client_issuer", "client_tenant", "client_display",
        "client_app", "method", "jsonrpc_id", "session_hash", "protocol_version", "client_name", "client_address",
        "route", "trace_id", "request_bytes", "response_bytes", "decision", "instance", "journal_id", "seq",
        "chain_hash",
    ];

    private readonly SqliteCommand _command;

    public SqliteRows(SqliteConnection connection, SqliteTransaction transaction)
    {
        _command = connection.CreateCommand();
        _command.Transaction = transaction;
#pragma warning disable CA2100 // Made of the constants above.
        _command.CommandText =
            $"INSERT INTO audit_log (\"{string.Join("\", \"", Columns)}\") VALUES (${string.Join(", $", Columns)})";
#pragma warning restore CA2100
        foreach (var column in Columns)
        {
            _command.Parameters.Add(new SqliteParameter { ParameterName = "$" + column });
        }
    }

    /// <summary>ISO 8601 in UTC with six digits: as text it sorts as time does.</summary>
    public static string Timestamp(DateTime utc) =>
        utc.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Which of these calls have a row.</summary>
    public static List<Guid> Stored(SqliteConnection connection, IEnumerable<Guid> requestIds)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1 FROM audit_log WHERE request_id = $request_id";
        var parameter = command.Parameters.Add("$request_id", SqliteType.Text);
        return
        [
            .. requestIds.Where(id =>
            {
                parameter.Value = id.ToString();
                return command.ExecuteScalar() is not null;
            }),
        ];
    }

    public void Write(AuditBatch batch, int index, DateTime now)
    {
        var row = batch.Rows.Span[index];
        object?[] values =
        [
            row.RequestId.ToString(), Timestamp(new DateTime(row.TimestampMicros * TimeSpan.TicksPerMicrosecond)),
            row.ClientSubject, row.ClientRole, row.ToolName, row.BackendName,
            row.RequestArgs.IsEmpty ? null : Encoding.UTF8.GetString(row.RequestArgs.Span),
            row.ResponseStatus, row.ErrorMessage, row.LatencyMs, Timestamp(now), row.Reason, row.ErrorCode,
            row.HttpStatus, row.LatencyUs, row.FirstByteUs, row.GatewayUs, row.ClientIssuer, row.ClientTenant,
            row.ClientDisplay, row.ClientApp, row.Method, row.JsonRpcId, row.SessionHash, row.ProtocolVersion,
            row.ClientName, row.ClientAddress, row.Route, row.TraceId, row.RequestBytes, row.ResponseBytes,
            row.Decision, batch.Instance, batch.WriterId.ToString(), batch.Seqs.Span[index],
            batch.ChainHashes.Span[index],
        ];
        for (var i = 0; i < values.Length; i++)
        {
            _command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();
}
