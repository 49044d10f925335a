namespace Sentinel.Audit.Journal;

/// <summary>How large a journal may become, and how long it is kept.</summary>
/// <param name="BytesMax">All segments together.</param>
/// <param name="Keep">How long a segment stays after the store has what is in it.</param>
internal sealed record JournalLimits(long BytesMax, TimeSpan Keep)
{
    private const long SegmentBytesLeast = 64 * 1024;
    private const long SegmentBytesMost = 64 * 1024 * 1024;

    /// <summary>How long a call waits for another one's append.</summary>
    public TimeSpan LockWait { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How long a call waits for the disk where it has to.</summary>
    public TimeSpan FlushWait { get; init; } = TimeSpan.FromSeconds(2);

    public long SegmentBytes => Math.Clamp(BytesMax / 4, SegmentBytesLeast, SegmentBytesMost);
}
