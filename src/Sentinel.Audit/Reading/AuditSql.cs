namespace Sentinel.Audit.Reading;

/// <summary>A query as SQL with named parameters; a value of the query never stands in the text.</summary>
/// <param name="Text">The statement.</param>
/// <param name="Values">Names, without the sign before them, and values.</param>
internal sealed record AuditSql(string Text, IReadOnlyList<(string Name, object Value)> Values)
{
    /// <summary>In the order in which <see cref="RowColumns"/> reads them.</summary>
    public const string Columns =
        """
        id, request_id, "timestamp", client_subject, client_role, tool_name, backend_name, request_args,
        response_status, error_message, latency_ms, created_at, reason, error_code, http_status, latency_us,
        first_byte_us, gateway_us, client_issuer, client_tenant, client_display, client_app, method, jsonrpc_id,
        session_hash, protocol_version, client_name, client_address, route, trace_id, request_bytes, response_bytes,
        decision, instance, journal_id, seq, chain_hash
        """;

    /// <exception cref="AuditReadException">The query cannot be asked.</exception>
    public static AuditSql From(AuditQuery query, SqlDialect dialect)
    {
        var conditions = new AuditConditions(dialect);
        conditions.AddFilters(query);
        if (query.Writer is { } writer)
        {
            AddWriter(conditions, dialect, writer);
        }

        if (query.After is { } after)
        {
            AddCursor(conditions, after, query.Order);
        }

        var order = OrderBy(query);
        var text = $"SELECT {Columns} FROM {dialect.Table}{conditions.Where} ORDER BY {order}";
        if (query.Limit is { } limit)
        {
            text += $" LIMIT {conditions.Value("limit", (long)Math.Max(limit, 0))}";
        }

        return new AuditSql(text, conditions.Values);
    }

    private static void AddWriter(AuditConditions conditions, SqlDialect dialect, AuditWriterMonth writer)
    {
        conditions.Add($"journal_id = {conditions.Value("journal_id", dialect.Uuid(writer.JournalId))}");
        conditions.AddTime(">=", "month", AuditConditions.Micros(writer.FirstDay));
        if (writer.NextMonth is { } next)
        {
            conditions.AddTime("<", "next_month", AuditConditions.Micros(next));
        }
    }

    private static void AddCursor(AuditConditions conditions, AuditCursor after, AuditOrder order)
    {
        var id = conditions.Value("after_id", after.Id);
        if (order == AuditOrder.AsWritten)
        {
            conditions.Add($"id > {id}");
            return;
        }

        // The plain comparison beside the pair's is what leaves partitions out.
        var sign = order == AuditOrder.NewestFirst ? "<" : ">";
        conditions.AddTime(sign + "=", "after", after.TimestampMicros);
        conditions.Add($"""("timestamp", id) {sign} (@after, {id})""");
    }

    private static string OrderBy(AuditQuery query) => query.Order switch
    {
        AuditOrder.OldestFirst => "\"timestamp\", id",
        AuditOrder.NewestFirst => "\"timestamp\" DESC, id DESC",
        AuditOrder.AsWritten => "id",
        AuditOrder.Sequence when query.Writer is not null && query.After is null => "seq, id",
        AuditOrder.Sequence => throw new AuditQueryException("By sequence needs a writer, and has no pages."),
        _ => throw new AuditQueryException($"There is no order {query.Order}."),
    };
}
