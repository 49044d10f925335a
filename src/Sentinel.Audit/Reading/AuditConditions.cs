using System.Text.Json;

namespace Sentinel.Audit.Reading;

/// <summary>A statement's conditions and the values they compare with; no value ever stands in the text.</summary>
internal sealed class AuditConditions(SqlDialect dialect)
{
    private readonly List<string> _conditions = [];
    private readonly List<(string Name, object Value)> _values = [];

    public IReadOnlyList<(string Name, object Value)> Values => _values;

    /// <summary>The clause with a space before it; empty where nothing restricts.</summary>
    public string Where => _conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", _conditions);

    public void Add(string condition) => _conditions.Add(condition);

    /// <summary>What a query restricts, but for its writer, its cursor and its limit.</summary>
    /// <exception cref="AuditReadException">The query cannot be asked.</exception>
    public void AddFilters(AuditQuery query)
    {
        if (query.From is { } from)
        {
            AddTime(">=", "from", Micros(from));
        }

        if (query.To is { } to)
        {
            AddTime("<", "to", Micros(to));
        }

        AddEqual("client_subject", query.Caller);
        AddEqual("client_issuer", query.Issuer);
        AddLike("tool_name", query.Tool);
        AddLike("backend_name", query.Backend);
        AddEqual("response_status", StatusOf(query.Outcome));
        AddEqual("reason", query.Reason);
        AddEqual("session_hash", query.SessionHash);
        AddEqual("trace_id", query.TraceId);
        AddEqual("method", query.Method);
        if (query.RequestId is { } requestId)
        {
            Add($"request_id = {Value("request_id", dialect.Uuid(requestId))}");
        }

        AddRole(query.Role);
        for (var i = 0; i < query.Arguments.Count; i++)
        {
            AddArgument(query.Arguments[i], $"argument{i}");
        }
    }

    public void AddTime(string sign, string name, long micros) =>
        Add($"\"timestamp\" {sign} {Value(name, dialect.Timestamp(micros))}");

    /// <summary>Keeps a value under a name that the statement has not used yet.</summary>
    /// <returns>The name as the statement writes it.</returns>
    public string Value(string name, object value)
    {
        _values.Add((name, value));
        return "@" + name;
    }

    public static long Micros(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMicrosecond;

    public static long Micros(DateOnly day) => day.ToDateTime(TimeOnly.MinValue).Ticks / TimeSpan.TicksPerMicrosecond;

    private void AddRole(string? role)
    {
        if (role is null)
        {
            return;
        }

        if (role.Contains(','))
        {
            throw new AuditQueryException($"'{role}' is no role: names have no comma.");
        }

        Add($"{dialect.PositionFunction}(',' || client_role || ',', ',' || {Value("role", Text(role))} || ',') > 0");
    }

    private void AddArgument(AuditArgument argument, string name)
    {
        if (argument.Keys.Count == 0)
        {
            throw new AuditQueryException("An argument's path needs a key.");
        }

        var path = Value(name, dialect.JsonPath([.. argument.Keys.Select(Text).Prepend("arguments")]));
        var text = Text(argument.Value);
        var conditions = dialect.ArgumentEquals(path, text, Scalar(text)).Select((condition, i) =>
            string.Format(
                System.Globalization.CultureInfo.InvariantCulture,
                condition.Sql,
                condition.Value is { } value ? Value($"{name}_{i}", value) : ""));
        Add($"({string.Join(" OR ", conditions)})");
    }

    // A number or one of JSON's three words; anything else is only a text.
    private static JsonElement? Scalar(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind is JsonValueKind.Number or JsonValueKind.True
                or JsonValueKind.False or JsonValueKind.Null
                ? document.RootElement.Clone()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void AddEqual(string column, string? value)
    {
        if (value is not null)
        {
            Add($"{column} = {Value(column, Text(value))}");
        }
    }

    private void AddLike(string column, string? pattern)
    {
        if (pattern is null || pattern == "*")
        {
            return;
        }

        if (pattern.AsSpan().IndexOfAny('*', '?') < 0)
        {
            AddEqual(column, pattern);
            return;
        }

        Add(dialect.Like(column, Value(column, dialect.LikePattern(Text(pattern)))));
    }

    // No column holds a NUL, and PostgreSQL would refuse one with an error that explains nothing.
    private static string Text(string value) => value.Length <= AuditQuery.TextCharsMax && !value.Contains('\0')
        ? value
        : throw new AuditQueryException(
            $"A value to look for is longer than {AuditQuery.TextCharsMax} characters or has a NUL in it.");

    private static string? StatusOf(AuditOutcome? outcome) => outcome switch
    {
        null => null,
        AuditOutcome.Success => "success",
        AuditOutcome.Denied => "denied",
        _ => "error",
    };
}
