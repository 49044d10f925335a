using Microsoft.Extensions.Logging;

namespace Sentinel.Audit.Journal;

/// <summary>
/// An append-only log on the local disk: a call's Begin before a byte of it leaves, its End after the answer.
/// </summary>
/// <remarks>
/// Appends are one write into the page cache under a short lock. Rows are handed over under the same lock, so that the
/// channel holds them in the journal's order and a missing number means that the channel was full.
/// </remarks>
internal sealed class AuditJournal : IDisposable
{
    private readonly Lock _lock = new();
    private readonly JournalFolder _folder;
    private readonly JournalLimits _limits;
    private readonly TimeProvider _time;
    private readonly SegmentList _segments;
    private readonly StoredMarks _stored;
    private readonly JournalUpkeep _upkeep;
    private readonly JournalAppender _appender;

    private AuditJournal(
        JournalFolder folder, JournalLimits limits, JournalDisk disk, TimeProvider time, ILogger logger)
    {
        _folder = folder;
        _limits = limits;
        _time = time;
        _segments = new SegmentList(folder, limits, disk, time);
        _stored = new StoredMarks(limits.Keep, time);
        _appender = new JournalAppender(_segments, disk, () => _upkeep!.Wake());
        _upkeep = new JournalUpkeep(_lock, _segments, _appender, _stored, disk, folder.Path, logger);
    }

    public Guid Id => _folder.Id;

    public string Path => _folder.Path;

    /// <summary>The number of the first segment of this run.</summary>
    public int FirstOwnSegment { get; private set; }

    /// <summary>Takes every row as it is written, under the journal's lock.</summary>
    public Action<QueuedEntry>? HandOver
    {
        set => _appender.HandOver = value;
    }

    /// <summary>Why the journal cannot take or keep records at this moment; null where it can.</summary>
    public string? Fault
    {
        get
        {
            lock (_lock)
            {
                // A single call that was too long for what is left says nothing of the others.
                var reserve = (_appender.Open + 1L) * JournalFormat.EndBytesMax;
                var ample = reserve + (_appender.IsFull ? _limits.SegmentBytes / 2 : 0);
                return _appender.WriteFault
                    ?? _upkeep.FlushFault
                    ?? (_segments.Room >= ample ? null : _segments.Fault ?? "it has no room");
            }
        }
    }

    /// <summary>
    /// Opens a journal and begins a segment; <see cref="JournalRecovery"/> reads what earlier runs left.
    /// </summary>
    /// <exception cref="IOException">What is there cannot be opened.</exception>
    public static AuditJournal Open(
        JournalFolder folder, JournalLimits limits, JournalDisk disk, TimeProvider time, ILogger logger)
    {
        var journal = new AuditJournal(folder, limits, disk, time, logger);
        journal._segments.Load();
        journal.FirstOwnSegment = journal._segments.All.Count > 0 ? journal._segments.All[^1].Number + 1 : 1;
        if (journal._segments.TryMakeSpare(isBounded: false))
        {
            journal.FirstOwnSegment = journal._segments.Roll().Number;
        }

        journal._upkeep.Start();
        return journal;
    }

    /// <summary>Records that the call of a ticket is about to be forwarded.</summary>
    /// <param name="ticket">Learns its place.</param>
    /// <param name="entry">Everything but the outcome.</param>
    /// <param name="isPatient">Whether the call rather waits for other appends than goes on without.</param>
    /// <returns>False where the journal did not take it.</returns>
    public bool TryBegin(JournalTicket ticket, AuditEntry entry, bool isPatient)
    {
        var buffer = JournalBuffer.Start();
        EntryFormat.WriteBegin(buffer, entry);
        var checksum = buffer.PayloadChecksum;
        if (!_lock.TryEnter(isPatient ? _limits.FlushWait : _limits.LockWait))
        {
            return false;
        }

        try
        {
            if (_appender.Append(buffer.Record, RecordKind.Begin, checksum, isReserved: false) is not { } begin)
            {
                return false;
            }

            ticket.Begin = begin;
            ticket.BeginBytes = buffer.Record.Length;
            _appender.Hold(ticket, _segments.Current!);
            return true;
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Records an entry that was never begun.</summary>
    /// <returns>False where the journal did not take it.</returns>
    public bool TryWhole(AuditEntry entry)
    {
        var buffer = JournalBuffer.Start();
        EntryFormat.WriteBegin(buffer, entry);
        EntryFormat.WriteEnd(buffer, entry, begin: 0);
        var checksum = buffer.PayloadChecksum;
        if (!_lock.TryEnter(_limits.LockWait))
        {
            return false;
        }

        try
        {
            return _appender.AppendRow(buffer.Record, RecordKind.Whole, checksum, isReserved: false, entry) is not null;
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>
    /// Records a call's outcome, now or as soon as the disk takes it: a Begin must not be left without.
    /// </summary>
    public void End(JournalTicket ticket, AuditEntry entry)
    {
        if (_lock.TryEnter(_limits.LockWait))
        {
            try
            {
                if (_appender.TryEnd(ticket, entry))
                {
                    return;
                }
            }
            finally
            {
                _lock.Exit();
            }
        }

        _upkeep.EndLater(ticket, entry);
    }

    /// <summary>Returns when a call's Begin is on the disk.</summary>
    /// <returns>False where it is not, or may not be, within the limit.</returns>
    public async ValueTask<bool> FlushAsync(JournalTicket ticket)
    {
        var segment = ticket.Segment;
        try
        {
            // A round that succeeds says nothing of a segment that an earlier one gave up.
            return await _upkeep.NextFlush().WaitAsync(_limits.FlushWait, _time) && segment is { HasFailed: false };
        }
        catch (TimeoutException)
        {
            _upkeep.FlushFault = $"the disk took longer than {_limits.FlushWait.TotalSeconds} s";
            return false;
        }
    }

    /// <summary>
    /// Of recovery: the calls without an outcome in segments of earlier runs, which are known from here on.
    /// </summary>
    public void TakeUp(IEnumerable<JournalTicket> open)
    {
        lock (_lock)
        {
            foreach (var ticket in open)
            {
                _appender.Hold(ticket, ticket.Segment!);
            }

            foreach (var segment in _segments.All)
            {
                segment.IsKnown = true;
            }
        }
    }

    /// <summary>Of recovery: a call whose row the store has is not open, whatever the journal lacks.</summary>
    public void Forget(JournalTicket ticket)
    {
        lock (_lock)
        {
            _appender.Close(ticket);
        }
    }

    /// <summary>The number of the last row of this run.</summary>
    public long LastSequence
    {
        get
        {
            lock (_lock)
            {
                return _appender.LastSequence;
            }
        }
    }

    /// <summary>The segment with this number, or the first one after it.</summary>
    public JournalSegment? SegmentFrom(int number)
    {
        lock (_lock)
        {
            return _segments.All.FirstOrDefault(segment => segment.Number >= number);
        }
    }

    /// <summary>Whether a store that has the journal up to here can be given all the rest.</summary>
    public bool Reaches(long position)
    {
        lock (_lock)
        {
            return position >= _upkeep.RemovedThrough
                && position <= (_segments.All is [.., var last] ? JournalPosition.Of(last.Number, last.End) : 0);
        }
    }

    /// <summary>The store has the journal up to here.</summary>
    public void Stored(long position)
    {
        lock (_lock)
        {
            _stored.Add(position);
        }
    }

    /// <summary>Bytes behind what the store has.</summary>
    public long BytesBehind
    {
        get
        {
            lock (_lock)
            {
                var stored = _stored.Last;
                return _segments.All.Where(segment => segment.Number >= JournalPosition.Segment(stored)).Sum(segment =>
                    segment.Number == JournalPosition.Segment(stored)
                        ? Math.Max(0, segment.End - JournalPosition.Offset(stored))
                        : segment.End - JournalFormat.SegmentHeaderBytes);
            }
        }
    }

    /// <summary>Size of its segments on the disk.</summary>
    public long BytesOnDisk
    {
        get
        {
            lock (_lock)
            {
                return _segments.Bytes;
            }
        }
    }

    /// <summary>How large they may become together.</summary>
    public long BytesMax => _limits.BytesMax;

    public void Dispose() => Close(isRemoved: false);

    /// <summary>Takes the journal off the disk, with everything in it.</summary>
    public void Remove() => Close(isRemoved: true);

    private void Close(bool isRemoved)
    {
        lock (_lock)
        {
            if (_appender.IsClosed)
            {
                return;
            }
        }

        _upkeep.Dispose();
        lock (_lock)
        {
            _appender.Close();
            _segments.Close();
        }

        if (isRemoved)
        {
            _folder.TryRemove();
        }

        _folder.Dispose();
    }
}
