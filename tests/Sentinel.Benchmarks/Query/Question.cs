using Sentinel.Audit.Reading;

namespace Sentinel.Benchmarks.Query;

/// <summary>Something to ask, with the statement that asks it.</summary>
internal sealed record Question(
    string Text,
    AuditSql Sql,
    string[] SwitchedOff,
    Func<IAuditReader, Task<long>> AskAsync)
{
    public static Question Page(string text, AuditQuery query) => new(
        text,
        AuditSql.From(query, SqlDialect.Postgres),
        PostgresAuditReader.PagePlanner,
        reader => CountAsync(reader.ReadAsync(query, CancellationToken.None)));

    public static Question Statistics(string text, AuditQuery query, AuditGrouping grouping) => new(
        text,
        StatisticsSql.From(query, grouping, SqlDialect.Postgres),
        [],
        async reader => (await reader.ReadStatisticsAsync(query, grouping, CancellationToken.None)).Total.Calls);

    public static Question Spans(string text, AuditSpan span) => new(
        text,
        SpanSql.From([span], new AuditQuery(), SqlDialect.Postgres),
        SpanSql.Planner,
        reader => CountAsync(reader.ReadSpansAsync([span], new AuditQuery(), CancellationToken.None)));

    private static async Task<long> CountAsync(IAsyncEnumerable<StoredRow> rows)
    {
        var count = 0L;
        await foreach (var _ in rows)
        {
            count++;
        }

        return count;
    }
}
