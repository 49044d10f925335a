namespace Sentinel.Benchmarks.Figures;

/// <summary>When calls fall due at a fixed rate, whatever the answers do.</summary>
/// <param name="startedAt">The first call's instant, a timestamp of the system's clock.</param>
/// <param name="perSecond">Calls a second.</param>
/// <param name="ticksPerSecond">The clock's frequency.</param>
internal sealed class Schedule(long startedAt, int perSecond, long ticksPerSecond)
{
    /// <summary>The instant at which a call is due, counted from 0: exact, so that no rounding adds up.</summary>
    public long DueAt(long call) => startedAt + (long)((Int128)call * ticksPerSecond / perSecond);

    /// <summary>
    /// What a call took from when it was due, in microseconds. A call that had to wait for its connection, because the
    /// one before it was slow, counts that wait: leaving it out is what is called coordinated omission.
    /// </summary>
    public int LatencyUs(long dueAt, long answeredAt) =>
        (int)Math.Max(0, (answeredAt - dueAt) * 1_000_000 / ticksPerSecond);
}
