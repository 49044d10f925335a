namespace Sentinel.Audit;

/// <summary>How long to wait before asking a failing store again: doubling, with jitter, up to a limit. Pure.</summary>
internal static class RetrySchedule
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private const int DoublingsToLongest = 6;

    /// <param name="failures">Failures in a row so far, at least 1.</param>
    /// <param name="jitter">Between 0 and 1; the wait lies between half of the full one and all of it.</param>
    public static TimeSpan DelayAfter(int failures, double jitter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(jitter, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(jitter, 1);

        // Bounded before it is shifted: an outage of days must not overflow into a wait of nothing.
        var doublings = Math.Min(failures - 1, DoublingsToLongest);
        var full = TimeSpan.FromTicks(Math.Min(First.Ticks << doublings, Longest.Ticks));
        return full * (0.5 + jitter / 2);
    }
}
