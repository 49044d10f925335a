using System.Text;
using System.Text.Json;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit.Reading;

/// <summary>In what the two stores' SQL differs, so that one query means the same in both.</summary>
internal abstract class SqlDialect
{
    public static readonly SqlDialect Postgres = new PostgresDialect();

    public static readonly SqlDialect Sqlite = new SqliteDialect();

    public abstract string Table { get; }

    /// <summary>Where the second text begins in the first, from 1; 0 where it does not occur.</summary>
    public abstract string PositionFunction { get; }

    public abstract object Uuid(Guid value);

    /// <param name="micros">Since 0001-01-01 UTC.</param>
    public abstract object Timestamp(long micros);

    /// <summary>A condition whose pattern is <see cref="LikePattern"/>'s; exact in case.</summary>
    public abstract string Like(string column, string parameter);

    /// <summary>Translates <c>*</c> and <c>?</c>, and makes a letter of everything else.</summary>
    public abstract string LikePattern(string pattern);

    /// <summary>A path of keys into <c>request_args</c>, as a parameter.</summary>
    public abstract object JsonPath(string[] keys);

    /// <summary>The moment of a row, in UTC, cut to the minute, the hour or the day, as text.</summary>
    public abstract string TimeKey(AuditGrouping grouping);

    /// <summary>Named queries of which the last, <c>figures</c>, has calls, rates and percentiles by key.</summary>
    public abstract string Figures(string calls);

    /// <summary>Conditions of which one has to hold; {0} is where the value goes.</summary>
    /// <param name="path">The parameter with <see cref="JsonPath"/>'s value.</param>
    /// <param name="text">A text that the argument may be.</param>
    /// <param name="scalar">What else it may be.</param>
    public abstract IEnumerable<(string Sql, object? Value)> ArgumentEquals(
        string path,
        string text,
        JsonElement? scalar);

    private static string Translate(string pattern, Func<char, string?> translate)
    {
        var text = new StringBuilder(pattern.Length + 8);
        for (var i = 0; i < pattern.Length; i++)
        {
            // Several stars in a row say no more than one, and cost more.
            if (pattern[i] != '*' || i == 0 || pattern[i - 1] != '*')
            {
                _ = translate(pattern[i]) is { } replaced ? text.Append(replaced) : text.Append(pattern[i]);
            }
        }

        return text.ToString();
    }

    private sealed class PostgresDialect : SqlDialect
    {
        public override string Table => "public.audit_log";

        public override string PositionFunction => "pg_catalog.strpos";

        public override object Uuid(Guid value) => value;

        public override object Timestamp(long micros) => new PostgresTimestamp(micros);

        public override string Like(string column, string parameter) => $@"{column} LIKE {parameter} ESCAPE '\'";

        public override string LikePattern(string pattern) => Translate(pattern, c => c switch
        {
            '*' => "%",
            '?' => "_",
            '%' or '_' or '\\' => @"\" + c,
            _ => null,
        });

        public override object JsonPath(string[] keys) => keys;

        public override string TimeKey(AuditGrouping grouping) => grouping switch
        {
            AuditGrouping.Minute => """pg_catalog.to_char("timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')""",
            AuditGrouping.Hour => """pg_catalog.to_char("timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:00')""",
            _ => """pg_catalog.to_char("timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD')""",
        };

        public override string Figures(string calls) => StatisticsSql.PostgresFigures(calls);

        public override IEnumerable<(string Sql, object? Value)> ArgumentEquals(
            string path,
            string text,
            JsonElement? scalar)
        {
            yield return ($"request_args #> {path} = pg_catalog.to_jsonb({{0}}::text)", text);
            if (scalar is { } json)
            {
                yield return ($"request_args #> {path} = {{0}}::jsonb", json.GetRawText());
            }
        }
    }

    private sealed class SqliteDialect : SqlDialect
    {
        public override string Table => "audit_log";

        public override string PositionFunction => "instr";

        public override object Uuid(Guid value) => value.ToString();

        public override object Timestamp(long micros) =>
            SqliteRows.Timestamp(new DateTime(micros * TimeSpan.TicksPerMicrosecond));

        // LIKE would ignore the case of ASCII letters.
        public override string Like(string column, string parameter) => $"{column} GLOB {parameter}";

        public override string LikePattern(string pattern) => Translate(pattern, c => c == '[' ? "[[]" : null);

        public override object JsonPath(string[] keys) => keys.Any(key => key.AsSpan().IndexOfAny('"', '\\') >= 0)
            ? throw new AuditQueryException("SQLite cannot look under keys with a quotation mark or a backslash.")
            : "$" + string.Concat(keys.Select(key => $".\"{key}\""));

        public override string TimeKey(AuditGrouping grouping) => grouping switch
        {
            AuditGrouping.Minute => """replace(substr("timestamp", 1, 16), 'T', ' ')""",
            AuditGrouping.Hour => """replace(substr("timestamp", 1, 13), 'T', ' ') || ':00'""",
            _ => "substr(\"timestamp\", 1, 10)",
        };

        public override string Figures(string calls) => StatisticsSql.SqliteFigures(calls);

        public override IEnumerable<(string Sql, object? Value)> ArgumentEquals(
            string path,
            string text,
            JsonElement? scalar)
        {
            var type = $"json_type(request_args, {path})";
            var value = $"json_extract(request_args, {path})";
            yield return ($"({type} = 'text' AND {value} = {{0}})", text);
            if (scalar is not { } json)
            {
                yield break;
            }

            // Whole numbers by all of their digits; SQLite compares the two kinds by value.
            yield return json.ValueKind == JsonValueKind.Number
                ? ($"({type} IN ('integer', 'real') AND {value} = {{0}})",
                    json.TryGetInt64(out var whole) ? (object)whole : json.GetDouble())
                : ($"{type} = {{0}}", json.GetRawText());
        }
    }
}

/// <summary>A time sent to PostgreSQL as its own number, so that no end of the calendar becomes infinity.</summary>
/// <param name="Micros">Since 0001-01-01 UTC.</param>
internal readonly record struct PostgresTimestamp(long Micros);
