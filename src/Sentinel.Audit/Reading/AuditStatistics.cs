namespace Sentinel.Audit.Reading;

/// <summary>How calls are put together to be counted.</summary>
public enum AuditGrouping
{
    /// <summary>By backend and tool, as <c>backend/tool</c>.</summary>
    Tool,

    /// <summary>By the caller's subject.</summary>
    Caller,

    /// <summary>By backend.</summary>
    Backend,

    /// <summary>By the stable code of a non-success; empty for those that have none.</summary>
    Reason,

    /// <summary>By the minute of arrival, in UTC.</summary>
    Minute,

    /// <summary>By the hour of arrival, in UTC.</summary>
    Hour,

    /// <summary>By the day of arrival, in UTC.</summary>
    Day,
}

/// <summary>Figures of the calls that a query finds.</summary>
/// <param name="Total">Of all of them.</param>
/// <param name="Groups">
/// Of the groups with the most calls first, by time the latest first; as many as were asked for.
/// </param>
/// <param name="GroupCount">How many groups there are.</param>
public sealed record AuditStatistics(AuditFigures Total, IReadOnlyList<AuditFigures> Groups, long GroupCount);

/// <summary>Figures of one group.</summary>
/// <param name="Key">What the calls have in common; empty for all of them.</param>
/// <param name="Calls">All calls.</param>
/// <param name="Errors">Those that ended in an error.</param>
/// <param name="Denied">Those that policy refused.</param>
/// <param name="P50Us">Half of the calls took no longer, in microseconds; null where all were denied.</param>
/// <param name="P95Us">19 of 20 took no longer.</param>
/// <param name="P99Us">99 of 100 took no longer.</param>
/// <remarks>Denied calls have no latency and are left out of the percentiles, which are values that occurred.</remarks>
public sealed record AuditFigures(
    string Key,
    long Calls,
    long Errors,
    long Denied,
    long? P50Us,
    long? P95Us,
    long? P99Us);
