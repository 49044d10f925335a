namespace Sentinel.Audit.Stores;

/// <summary>Writes rows into a binary COPY, column by column.</summary>
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

    private const int Fields = 35;

    /// <summary>PostgreSQL counts times from 2000.</summary>
    public static readonly long EpochMicros =
        new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>In the order of <see cref="CopySql"/>.</summary>
    public static void Write(CopyBuffer buffer, AuditBatch batch, int index)
    {
        var row = batch.Rows.Span[index];
        buffer.StartRow(Fields);
        buffer.Uuid(row.RequestId);
        buffer.Long(row.TimestampMicros - EpochMicros);
        buffer.Text(row.ClientSubject);
        buffer.Text(row.ClientRole);
        buffer.Text(row.ToolName);
        buffer.Text(row.BackendName);
        buffer.Jsonb(row.RequestArgs.Span);
        buffer.Text(row.ResponseStatus);
        buffer.Text(row.ErrorMessage);
        buffer.Long(row.LatencyMs);
        buffer.Text(row.Reason);
        buffer.Int(row.ErrorCode);
        buffer.Int(row.HttpStatus);
        buffer.Long(row.LatencyUs);
        buffer.Long(row.FirstByteUs);
        buffer.Long(row.GatewayUs);
        buffer.Text(row.ClientIssuer);
        buffer.Text(row.ClientTenant);
        buffer.Text(row.ClientDisplay);
        buffer.Text(row.ClientApp);
        buffer.Text(row.Method);
        buffer.Text(row.JsonRpcId);
        buffer.Text(row.SessionHash);
        buffer.Text(row.ProtocolVersion);
        buffer.Text(row.ClientName);
        buffer.Text(row.ClientAddress);
        buffer.Text(row.Route);
        buffer.Text(row.TraceId);
        buffer.Long(row.RequestBytes);
        buffer.Long(row.ResponseBytes);
        buffer.Text(row.Decision);
        buffer.Text(batch.Instance);
        buffer.Uuid(batch.WriterId);
        buffer.Long(batch.Seqs.Span[index]);
        buffer.Bytes(batch.ChainHashes.Span[index]);
    }
}
