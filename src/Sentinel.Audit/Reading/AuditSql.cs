using System.Text;

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
    public static AuditSql From(AuditQuery query, SqlDialect dialect) => new Builder(query, dialect).Build();

    private sealed class Builder(AuditQuery query, SqlDialect dialect)
    {
        private readonly List<string> _conditions = [];
        private readonly List<(string Name, object Value)> _values = [];

        public AuditSql Build()
        {
            AddRange();
            Equal("client_subject", query.Caller);
            Equal("client_issuer", query.Issuer);
            Like("tool_name", query.Tool);
            Like("backend_name", query.Backend);
            Equal("response_status", StatusOf(query.Outcome));
            Equal("reason", query.Reason);
            Equal("session_hash", query.SessionHash);
            Equal("method", query.Method);
            if (query.RequestId is { } requestId)
            {
                _conditions.Add($"request_id = {Value("request_id", dialect.Uuid(requestId))}");
            }

            AddRole();
            AddWriter();
            AddCursor();
            var text = new StringBuilder($"SELECT {Columns} FROM {dialect.Table}");
            if (_conditions.Count > 0)
            {
                text.Append(" WHERE ").AppendJoin(" AND ", _conditions);
            }

            text.Append(" ORDER BY ").Append(OrderBy());
            if (query.Limit is { } limit)
            {
                text.Append(" LIMIT ").Append(Value("limit", (long)Math.Max(limit, 0)));
            }

            return new AuditSql(text.ToString(), _values);
        }

        private void AddRange()
        {
            if (query.From is { } from)
            {
                Time(">=", "from", Micros(from));
            }

            if (query.To is { } to)
            {
                Time("<", "to", Micros(to));
            }
        }

        private void AddRole()
        {
            if (query.Role is not { } role)
            {
                return;
            }

            if (role.Contains(','))
            {
                throw new AuditReadException($"'{role}' is no role: names have no comma.");
            }

            var value = Value("role", Text(role));
            _conditions.Add(
                $"{dialect.PositionFunction}(',' || client_role || ',', ',' || {value} || ',') > 0");
        }

        private void AddWriter()
        {
            if (query.Writer is not { } writer)
            {
                return;
            }

            _conditions.Add($"journal_id = {Value("journal_id", dialect.Uuid(writer.JournalId))}");
            var month = new DateOnly(writer.Month.Year, writer.Month.Month, 1);
            Time(">=", "month", Micros(month));
            if (month < new DateOnly(9999, 12, 1))
            {
                Time("<", "next_month", Micros(month.AddMonths(1)));
            }
        }

        private void AddCursor()
        {
            if (query.After is not { } after)
            {
                return;
            }

            var id = Value("after_id", after.Id);
            if (query.Order == AuditOrder.AsWritten)
            {
                _conditions.Add($"id > {id}");
                return;
            }

            // The plain comparison beside the pair's is what leaves partitions out.
            var sign = query.Order == AuditOrder.NewestFirst ? "<" : ">";
            Time(sign + "=", "after", after.TimestampMicros);
            _conditions.Add($"""("timestamp", id) {sign} (@after, {id})""");
        }

        private string OrderBy() => query.Order switch
        {
            AuditOrder.OldestFirst => "\"timestamp\", id",
            AuditOrder.NewestFirst => "\"timestamp\" DESC, id DESC",
            AuditOrder.AsWritten => "id",
            AuditOrder.Sequence when query.Writer is not null && query.After is null => "seq, id",
            AuditOrder.Sequence => throw new AuditReadException("By sequence needs a writer, and has no pages."),
            _ => throw new AuditReadException($"There is no order {query.Order}."),
        };

        private void Time(string sign, string name, long micros) =>
            _conditions.Add($"\"timestamp\" {sign} {Value(name, dialect.Timestamp(micros))}");

        private void Equal(string column, string? value)
        {
            if (value is not null)
            {
                _conditions.Add($"{column} = {Value(column, Text(value))}");
            }
        }

        private void Like(string column, string? pattern)
        {
            if (pattern is null || pattern == "*")
            {
                return;
            }

            if (pattern.AsSpan().IndexOfAny('*', '?') < 0)
            {
                Equal(column, pattern);
                return;
            }

            _conditions.Add(dialect.Like(column, Value(column, dialect.LikePattern(Text(pattern)))));
        }

        private string Value(string name, object value)
        {
            _values.Add((name, value));
            return "@" + name;
        }

        // No column holds a NUL, and PostgreSQL would refuse one with an error that explains nothing.
        private static string Text(string value) => value.Length <= AuditQuery.TextCharsMax && !value.Contains('\0')
            ? value
            : throw new AuditReadException(
                $"A value to look for is longer than {AuditQuery.TextCharsMax} characters or has a NUL in it.");

        private static long Micros(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMicrosecond;

        private static long Micros(DateOnly day) =>
            day.ToDateTime(TimeOnly.MinValue).Ticks / TimeSpan.TicksPerMicrosecond;

        private static string? StatusOf(AuditOutcome? outcome) => outcome switch
        {
            null => null,
            AuditOutcome.Success => "success",
            AuditOutcome.Denied => "denied",
            _ => "error",
        };
    }
}
