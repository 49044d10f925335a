using Npgsql;
using NpgsqlTypes;

namespace Sentinel.Audit.Stores;

/// <summary>Writes rows into a binary COPY, column by column, without boxing.</summary>
internal static class PostgresRows
{
    public const string CopySql =
        """
        COPY public.audit_log (request_id, "timestamp", client_subject, client_role, tool_name, backend_name,
        request_args, response_status, error_message, latency_ms, reason, error_code, http_status, latency_us,
        first_byte_us, gateway_us, client_issuer, client_tenant, client_display, client_app, method, jsonrpc_id,
        session_hash, protocol_version, client_name, client_address, route, trace_id, request_bytes, response_bytes,
        decision, instance, journal_id, seq, chain_hash) FROM STDIN (FORMAT BINARY)
        """;

    /// <summary>PostgreSQL counts times from 2000.</summary>
    public static readonly long EpochMicros =
        new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>In the order of <see cref="CopySql"/>.</summary>
    public static async Task WriteAsync(NpgsqlBinaryImporter copy, AuditBatch batch, int index)
    {
        var row = batch.Rows.Span[index];
        await copy.StartRowAsync(CancellationToken.None);
        await copy.WriteAsync(row.RequestId, NpgsqlDbType.Uuid, CancellationToken.None);
        // As the wire has it: Npgsql turns the first and last DateTime into infinities.
        await copy.WriteAsync(row.TimestampMicros - EpochMicros, NpgsqlDbType.TimestampTz, CancellationToken.None);
        await TextAsync(copy, row.ClientSubject);
        await TextAsync(copy, row.ClientRole);
        await TextAsync(copy, row.ToolName);
        await TextAsync(copy, row.BackendName);
        await JsonAsync(copy, row.RequestArgs);
        await TextAsync(copy, row.ResponseStatus);
        await TextAsync(copy, row.ErrorMessage);
        await LongAsync(copy, row.LatencyMs);
        await TextAsync(copy, row.Reason);
        await IntAsync(copy, row.ErrorCode);
        await IntAsync(copy, row.HttpStatus);
        await LongAsync(copy, row.LatencyUs);
        await LongAsync(copy, row.FirstByteUs);
        await LongAsync(copy, row.GatewayUs);
        await TextAsync(copy, row.ClientIssuer);
        await TextAsync(copy, row.ClientTenant);
        await TextAsync(copy, row.ClientDisplay);
        await TextAsync(copy, row.ClientApp);
        await TextAsync(copy, row.Method);
        await TextAsync(copy, row.JsonRpcId);
        await TextAsync(copy, row.SessionHash);
        await TextAsync(copy, row.ProtocolVersion);
        await TextAsync(copy, row.ClientName);
        await TextAsync(copy, row.ClientAddress);
        await TextAsync(copy, row.Route);
        await TextAsync(copy, row.TraceId);
        await LongAsync(copy, row.RequestBytes);
        await LongAsync(copy, row.ResponseBytes);
        await TextAsync(copy, row.Decision);
        await TextAsync(copy, batch.Instance);
        await copy.WriteAsync(batch.WriterId, NpgsqlDbType.Uuid, CancellationToken.None);
        await copy.WriteAsync(batch.Seqs.Span[index], NpgsqlDbType.Bigint, CancellationToken.None);
        await copy.WriteAsync(batch.ChainHashes.Span[index], NpgsqlDbType.Bytea, CancellationToken.None);
    }

    private static Task TextAsync(NpgsqlBinaryImporter copy, string? value) => value is null
        ? copy.WriteNullAsync(CancellationToken.None)
        : copy.WriteAsync(value, NpgsqlDbType.Text, CancellationToken.None);

    private static Task LongAsync(NpgsqlBinaryImporter copy, long? value) => value is { } number
        ? copy.WriteAsync(number, NpgsqlDbType.Bigint, CancellationToken.None)
        : copy.WriteNullAsync(CancellationToken.None);

    private static Task IntAsync(NpgsqlBinaryImporter copy, int? value) => value is { } number
        ? copy.WriteAsync(number, NpgsqlDbType.Integer, CancellationToken.None)
        : copy.WriteNullAsync(CancellationToken.None);

    private static Task JsonAsync(NpgsqlBinaryImporter copy, ReadOnlyMemory<byte> json) => json.IsEmpty
        ? copy.WriteNullAsync(CancellationToken.None)
        : copy.WriteAsync(json, NpgsqlDbType.Jsonb, CancellationToken.None);
}
