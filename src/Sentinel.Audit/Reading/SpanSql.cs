using System.Globalization;

namespace Sentinel.Audit.Reading;

/// <summary>Rows of several chains by their numbers, which no index leads to, as one statement.</summary>
/// <remarks>
/// Numbers have no gaps, so that each chain's rows are counted off from the newest id backward: the walk over the
/// primary key ends with the last of them, however large the table is and however late they were committed.
/// </remarks>
internal static class SpanSql
{
    /// <summary>Spans in one statement at most.</summary>
    public const int SpansMax = 64;

    /// <summary>What PostgreSQL's planner is told: its figures know nothing of the newest numbers.</summary>
    public static readonly string[] Planner =
        ["enable_seqscan", "enable_bitmapscan", "enable_sort", "enable_incremental_sort", "jit"];

    /// <param name="spans">At least one, at most <see cref="SpansMax"/>.</param>
    /// <param name="filter">What else restricts the rows; neither its cursor nor its limit.</param>
    /// <param name="dialect">The store's.</param>
    public static AuditSql From(IReadOnlyList<AuditSpan> spans, AuditQuery filter, SqlDialect dialect)
    {
        var conditions = new AuditConditions(dialect);
        var chains = spans.Select((span, i) => Chain(conditions, dialect, span, i)).ToList();
        var counted = chains.Select((chain, i) => string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT id FROM (SELECT id FROM {dialect.Table} WHERE {chain} ORDER BY id DESC LIMIT {Count(
                conditions, spans[i], i)}) AS chain{i}"));
        conditions.Add($"id >= (SELECT min(id) FROM ({string.Join(" UNION ALL ", counted)}) AS counted)");
        conditions.Add($"({string.Join(" OR ", chains.Select(chain => $"({chain})"))})");
        conditions.AddFilters(filter);
        return new AuditSql(
            $"SELECT {AuditSql.Columns} FROM {dialect.Table}{conditions.Where} ORDER BY id", conditions.Values);
    }

    private static string Chain(AuditConditions conditions, SqlDialect dialect, AuditSpan span, int number)
    {
        var name = number.ToString(CultureInfo.InvariantCulture);
        var journal = conditions.Value("journal" + name, dialect.Uuid(span.Writer.JournalId));
        var month = conditions.Value(
            "month" + name, dialect.Timestamp(AuditConditions.Micros(span.Writer.FirstDay)));
        var end = span.Writer.NextMonth is { } next
            ? $" AND \"timestamp\" < {conditions.Value(
                "end" + name, dialect.Timestamp(AuditConditions.Micros(next)))}"
            : "";
        var after = conditions.Value("after_seq" + name, span.After);
        var last = conditions.Value("last_seq" + name, span.Last);
        return $"journal_id = {journal} AND \"timestamp\" >= {month}{end} AND seq > {after} AND seq <= {last}";
    }

    private static string Count(AuditConditions conditions, AuditSpan span, int number) =>
        conditions.Value(
            string.Create(CultureInfo.InvariantCulture, $"count{number}"), Math.Max(0, span.Last - span.After));
}
