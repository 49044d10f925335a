using System.Text;
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
    }
}

/// <summary>A time sent to PostgreSQL as its own number, so that no end of the calendar becomes infinity.</summary>
/// <param name="Micros">Since 0001-01-01 UTC.</param>
internal readonly record struct PostgresTimestamp(long Micros);
