namespace Sentinel.Audit.Journal;

/// <summary>
/// How far the store was, and when: a standby that takes over may lag by as much as segments are kept.
/// </summary>
internal sealed class StoredMarks(TimeSpan keep, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Queue<(long At, long Position)> _marks = new();
    private long? _markedAt;
    private long _marked;
    private long _floor;

    /// <summary>How far the store is.</summary>
    public long Last { get; private set; }

    /// <summary>How far it was as long ago as segments are kept.</summary>
    public long Floor
    {
        get
        {
            Mark();
            while (_marks.TryPeek(out var mark) && time.GetElapsedTime(mark.At) >= keep)
            {
                _floor = _marks.Dequeue().Position;
            }

            return _floor;
        }
    }

    public void Add(long position)
    {
        if (position < Last)
        {
            // The store was found at an earlier place: what was thought to be stored later counts no more.
            _marks.Clear();
            _floor = Math.Min(_floor, position);
            _markedAt = null;
        }

        Last = position;
        Mark();
    }

    private void Mark()
    {
        if (_marked != Last && (_markedAt is not { } at || time.GetElapsedTime(at) >= Interval))
        {
            _marked = Last;
            _markedAt = time.GetTimestamp();
            _marks.Enqueue((_markedAt.Value, Last));
        }
    }
}
