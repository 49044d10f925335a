namespace Sentinel.Audit.Journal;

/// <summary>A call that has been begun in the journal; guarded by the journal's lock.</summary>
internal sealed class JournalTicket(Guid requestId)
{
    public Guid RequestId => requestId;

    /// <summary>Where its Begin is, or the latest copy of it; 0 for a call that the journal did not take.</summary>
    public long Begin { get; set; }

    /// <summary>How long its Begin is, header included.</summary>
    public int BeginBytes { get; set; }

    /// <summary>Whether an earlier run began it, so that only the journal knows what was asked.</summary>
    public bool IsCrashed { get; init; }

    /// <summary>
    /// The segment of <see cref="Begin"/>; null once the call has its End, or where it was not taken.
    /// </summary>
    public JournalSegment? Segment { get; set; }
}
