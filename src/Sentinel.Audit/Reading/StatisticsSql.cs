namespace Sentinel.Audit.Reading;

/// <summary>Counts and percentiles by group and of everything, as one statement over one state of the table.</summary>
/// <remarks>Its rows: is it the total, key, calls, errors, denied, three percentiles, number of groups.</remarks>
internal static class StatisticsSql
{
    /// <param name="query">Which calls; neither its order nor its cursor counts, its limit is one of groups.</param>
    /// <param name="grouping">How they are put together.</param>
    /// <param name="dialect">The store's.</param>
    public static AuditSql From(AuditQuery query, AuditGrouping grouping, SqlDialect dialect)
    {
        var conditions = new AuditConditions(dialect);
        conditions.AddFilters(query);
        var key = grouping switch
        {
            AuditGrouping.Tool => "backend_name || '/' || tool_name",
            AuditGrouping.Caller => "client_subject",
            AuditGrouping.Backend => "backend_name",
            AuditGrouping.Reason => "coalesce(reason, '')",
            _ => dialect.TimeKey(grouping),
        };
        var order = grouping is AuditGrouping.Minute or AuditGrouping.Hour or AuditGrouping.Day
            ? "key DESC"
            : "calls DESC, key";
        var limit = conditions.Value("limit", (query.Limit ?? int.MaxValue - 1) + 1L);
        var calls =
            $"""
             SELECT {key} AS key, response_status AS status, coalesce(latency_us, latency_ms * 1000) AS us
             FROM {dialect.Table}{conditions.Where}
             """;
        var text =
            $"""
             {dialect.Figures(calls)}
             SELECT is_total, key, calls, errors, denied, p50, p95, p99, sum(1 - is_total) OVER () AS groups
             FROM figures ORDER BY is_total DESC, {order} LIMIT {limit}
             """;
        return new AuditSql(text, conditions.Values);
    }

    /// <summary>PostgreSQL's own percentiles, one sort of each group for all three.</summary>
    public static string PostgresFigures(string calls) =>
        $"""
         WITH counted AS (
             SELECT GROUPING(key) AS is_total, coalesce(key, '') AS key, count(*) AS calls,
                 count(*) FILTER (WHERE status = 'error') AS errors,
                 count(*) FILTER (WHERE status = 'denied') AS denied,
                 percentile_disc(ARRAY[0.5, 0.95, 0.99]::float8[])
                     WITHIN GROUP (ORDER BY us) FILTER (WHERE status <> 'denied') AS us
             FROM ({calls}) AS calls GROUP BY GROUPING SETS ((key), ())
         ), figures AS (
             SELECT is_total, key, calls, errors, denied, us[1] AS p50, us[2] AS p95, us[3] AS p99 FROM counted
         )
         """;

    /// <summary>
    /// The same values from ranks, which SQLite sorts in a temporary file where memory does not hold them.
    /// </summary>
    public static string SqliteFigures(string calls) =>
        $"""
         WITH calls AS ({calls}), both AS (
             SELECT 0 AS is_total, key, status, us FROM calls UNION ALL SELECT 1, '', status, us FROM calls
         ), ranked AS (
             SELECT is_total, key, us, row_number() OVER (PARTITION BY is_total, key ORDER BY us) AS place,
                 count(*) OVER (PARTITION BY is_total, key) AS places
             FROM both WHERE status <> 'denied'
         ), percentiles AS (
             SELECT is_total, key,
                 min(CASE WHEN place >= 0.5 * places THEN us END) AS p50,
                 min(CASE WHEN place >= 0.95 * places THEN us END) AS p95,
                 min(CASE WHEN place >= 0.99 * places THEN us END) AS p99
             FROM ranked GROUP BY is_total, key
         ), counted AS (
             SELECT is_total, key, count(*) AS calls, sum(status = 'error') AS errors, sum(status = 'denied') AS denied
             FROM both GROUP BY is_total, key
         ), figures AS (
             SELECT is_total, key, calls, errors, denied, p50, p95, p99
             FROM counted LEFT JOIN percentiles USING (is_total, key)
         )
         """;
}
