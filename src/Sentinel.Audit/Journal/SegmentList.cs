using Microsoft.Win32.SafeHandles;

namespace Sentinel.Audit.Journal;

/// <summary>The segments of one journal. Used under the journal's lock.</summary>
internal sealed class SegmentList(JournalFolder folder, JournalLimits limits, JournalDisk disk, TimeProvider time)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);

    private readonly List<JournalSegment> _all = [];
    private JournalSegment? _spare;
    private int _nextNumber = 1;
    private long? _failedAt;

    /// <summary>Oldest first; the last one is written.</summary>
    public IReadOnlyList<JournalSegment> All => _all;

    public JournalSegment? Current => _all.Count > 0 && !_all[^1].IsSealed ? _all[^1] : null;

    public bool HasSpare => _spare is not null;

    /// <summary>What records can still be written to without a new file.</summary>
    public long Room => (Current?.Room ?? 0) + (_spare?.Room ?? 0);

    /// <summary>On disk.</summary>
    public long Bytes => _all.Sum(segment => segment.Capacity) + (_spare?.Capacity ?? 0);

    /// <summary>Why no segment could be made when that was tried last; null where it could.</summary>
    public string? Fault { get; private set; }

    /// <summary>Takes up the segments that earlier runs have left.</summary>
    public void Load()
    {
        foreach (var (number, path) in JournalSegment.In(folder.Path))
        {
            var file = disk.Open(path);
            var bytes = RandomAccess.GetLength(file);
            _all.Add(new JournalSegment(number, path, file, bytes, bytes) { IsSealed = true });
            _nextNumber = number + 1;
        }
    }

    /// <summary>
    /// Whether a record would fit and leave so much room behind it; makes a spare segment where it helps.
    /// </summary>
    /// <param name="bytes">The record's.</param>
    /// <param name="reserve">What must be left.</param>
    /// <param name="isBounded">Whether the journal's bound holds.</param>
    public bool TryReserve(long bytes, long reserve, bool isBounded)
    {
        if (HasRoom(bytes, reserve))
        {
            return true;
        }

        if (_spare is not null && _spare.Room < bytes)
        {
            _spare.Discard();
            _spare = null;
        }

        return _spare is null
            && TryMakeSpare(
                Math.Max(limits.SegmentBytes, bytes + reserve + JournalFormat.SegmentHeaderBytes), isBounded)
            && HasRoom(bytes, reserve);
    }

    /// <summary>Makes the next segment ahead of its need.</summary>
    public bool TryMakeSpare(bool isBounded) =>
        _spare is not null || TryMakeSpare(limits.SegmentBytes, isBounded);

    /// <summary>
    /// Of what <see cref="TryMakeSpare(bool)"/> does the first part: whether a segment may be made, and its number.
    /// </summary>
    public int? PlanSpare() => _spare is null ? Plan(limits.SegmentBytes, isBounded: true) : null;

    /// <summary>The second part, which takes long: makes the file. Needs no lock.</summary>
    public MadeSegment Create(int number) => Create(number, limits.SegmentBytes);

    /// <summary>The third part: takes the file up, unless another was made meanwhile.</summary>
    /// <returns>Whether there is a spare segment now.</returns>
    public bool Install(MadeSegment made)
    {
        Fault = made.Fault;
        _failedAt = made.Fault is null ? null : time.GetTimestamp();
        if (made.Segment is not { } segment)
        {
            return false;
        }

        // Places grow with the segments' numbers: an earlier one never follows a later one.
        if (_spare is null && (_all.Count == 0 || _all[^1].Number < segment.Number))
        {
            _spare = segment;
        }
        else
        {
            made.Discard();
        }

        return _spare is not null;
    }

    /// <summary>Seals the current segment and goes on in the spare one.</summary>
    public JournalSegment Roll()
    {
        if (Current is { } full)
        {
            full.IsSealed = true;
        }

        _all.Add(_spare!);
        _spare = null;
        return _all[^1];
    }

    /// <summary>Goes on in another segment: the disk failed these, whose records stay to be read.</summary>
    public void GiveUp(IEnumerable<JournalSegment> failed)
    {
        foreach (var segment in failed)
        {
            segment.Fail();
            if (segment.End == JournalFormat.SegmentHeaderBytes)
            {
                Delist(segment);
                segment.Delete();
            }
        }

        if (Current is null && TryMakeSpare(isBounded: false))
        {
            Roll();
        }
    }

    /// <summary>Forgets a segment, whose file is to be deleted.</summary>
    public void Delist(JournalSegment segment)
    {
        _all.Remove(segment);
        _failedAt = null;
    }

    /// <summary>Closes every file, and removes what holds no record.</summary>
    public void Close()
    {
        if (_spare is not null)
        {
            _spare.Discard();
        }

        foreach (var segment in _all)
        {
            segment.File.Dispose();
            if (segment.IsKnown && segment.End == JournalFormat.SegmentHeaderBytes)
            {
                JournalSegment.TryDelete(segment.Path);
            }
        }
    }

    private bool HasRoom(long bytes, long reserve)
    {
        var spare = _spare?.Room ?? 0;
        return Current is { } current && current.Room >= bytes
            ? current.Room - bytes + spare >= reserve
            : spare - bytes >= reserve;
    }

    private bool TryMakeSpare(long capacity, bool isBounded) =>
        Plan(capacity, isBounded) is { } number && Install(Create(number, capacity));

    // The number of a segment that may be made now; null where none may.
    private int? Plan(long capacity, bool isBounded)
    {
        if (isBounded && Bytes + capacity > limits.BytesMax)
        {
            Fault = $"it is full at {limits.BytesMax} bytes (Audit.Journal.MaxBytes)";
            return null;
        }

        return _failedAt is { } at && time.GetElapsedTime(at) < RetryAfter ? null : _nextNumber++;
    }

    private MadeSegment Create(int number, long capacity)
    {
        var path = Path.Combine(folder.Path, JournalSegment.NameOf(number));
        SafeFileHandle? file = null;
        try
        {
            file = disk.Create(path, capacity);
            Span<byte> header = stackalloc byte[JournalFormat.SegmentHeaderBytes];
            JournalFormat.WriteSegmentHeader(header, number, folder.Id);
            disk.Write(file, header, 0);
            disk.FlushFolder(folder.Path);
            return new MadeSegment(
                new JournalSegment(number, path, file, capacity, header.Length) { IsKnown = true }, Fault: null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Without a handle it is not this one's file.
            if (file is not null)
            {
                file.Dispose();
                JournalSegment.TryDelete(path);
            }

            return new MadeSegment(null, exception.Message);
        }
    }
}

/// <summary>A segment's file, or why there is none.</summary>
internal readonly record struct MadeSegment(JournalSegment? Segment, string? Fault)
{
    /// <summary>Takes the file away again, which holds no record.</summary>
    public void Discard() => Segment?.Discard();
}
