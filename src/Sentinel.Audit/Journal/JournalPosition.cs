namespace Sentinel.Audit.Journal;

/// <summary>
/// A place in a journal: the number of a segment, then an offset in its file. Later places are greater.
/// </summary>
/// <remarks>
/// Every start begins a segment of its own, so that a place lost with the tail of an earlier one is never given twice.
/// </remarks>
internal static class JournalPosition
{
    public static long Of(int segment, long offset) => ((long)segment << 32) | offset;

    public static int Segment(long position) => (int)(position >> 32);

    public static long Offset(long position) => position & uint.MaxValue;
}
