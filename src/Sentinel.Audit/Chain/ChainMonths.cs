namespace Sentinel.Audit.Chain;

/// <summary>Whole months, for a chain is of one: a part of it cannot be verified.</summary>
/// <param name="First">The first month; null for the first there is.</param>
/// <param name="Last">The last month; null for the last there is.</param>
public readonly record struct ChainMonths(DateOnly? First, DateOnly? Last)
{
    /// <summary>The months that a span of time touches, in UTC.</summary>
    /// <param name="from">Its first moment.</param>
    /// <param name="to">The moment before which it ends.</param>
    public static ChainMonths Touching(DateTimeOffset? from, DateTimeOffset? to) => new(
        MonthOf(from),
        MonthOf(to is { } end && end > DateTimeOffset.MinValue.AddTicks(1) ? end.AddTicks(-1) : to));

    /// <summary>When the first month begins.</summary>
    public DateTimeOffset? From => Start(First);

    /// <summary>When the month after the last begins.</summary>
    public DateTimeOffset? To => Last is { } last && last < new DateOnly(9999, 12, 1) ? Start(last.AddMonths(1)) : null;

    /// <summary>Whether the month of a day is among them.</summary>
    public bool Contains(DateOnly day)
    {
        var month = new DateOnly(day.Year, day.Month, 1);
        return !(month < First) && !(month > Last);
    }

    private static DateOnly? MonthOf(DateTimeOffset? time) =>
        time is { UtcDateTime: var utc } ? new DateOnly(utc.Year, utc.Month, 1) : null;

    private static DateTimeOffset? Start(DateOnly? month) =>
        month is { } day ? new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) : null;
}
