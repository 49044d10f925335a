using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sentinel.Audit.Journal;

/// <summary>
/// An append-only log on the local disk: a call's Begin before a byte of it leaves, its End after the answer.
/// </summary>
/// <remarks>
/// Appends are one write into the page cache under a short lock. Rows are handed over under the same lock, so that the
/// channel holds them in the journal's order and a missing number means that the channel was full.
/// </remarks>
internal sealed partial class AuditJournal : IDisposable
{
    private readonly Lock _lock = new();
    private readonly JournalFolder _folder;
    private readonly JournalLimits _limits;
    private readonly JournalDisk _disk;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SegmentList _segments;
    private readonly StoredMarks _stored;
    private readonly ConcurrentQueue<(JournalTicket Ticket, AuditEntry Entry)> _late = new();
    private readonly JournalUpkeep _upkeep;
    private readonly JournalAppender _appender;
    private string? _flushFault;
    private long _removedThrough;
    private bool _isClosed;

    private AuditJournal(
        JournalFolder folder, JournalLimits limits, JournalDisk disk, TimeProvider time, ILogger logger)
    {
        _folder = folder;
        _limits = limits;
        _disk = disk;
        _time = time;
        _logger = logger;
        _segments = new SegmentList(folder, limits, disk, time);
        _stored = new StoredMarks(limits.Keep, time);
        _upkeep = new JournalUpkeep(this);
        _appender = new JournalAppender(_segments, disk, _upkeep.Wake);
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
                    ?? _flushFault
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

        _late.Enqueue((ticket, entry));
        _upkeep.Wake();
    }

    /// <summary>Returns when what has been appended before is on the disk.</summary>
    /// <returns>False where it is not, or may not be, within the limit.</returns>
    public async ValueTask<bool> FlushAsync()
    {
        try
        {
            return await _upkeep.NextFlush().WaitAsync(_limits.FlushWait, _time);
        }
        catch (TimeoutException)
        {
            _flushFault = $"the disk took longer than {_limits.FlushWait.TotalSeconds} s";
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
            return position >= _removedThrough
                && JournalPosition.Segment(position) <= (_segments.All.Count > 0 ? _segments.All[^1].Number : 0);
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

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }
        }

        _upkeep.Dispose();
        lock (_lock)
        {
            _isClosed = true;
            _appender.Close();
            _segments.Close();
        }

        _folder.Dispose();
    }

    /// <summary>
    /// Of the upkeep: puts on the disk what has been appended, and gives up a segment that the disk fails.
    /// </summary>
    internal bool Flush()
    {
        List<JournalSegment> segments;
        lock (_lock)
        {
            if (_isClosed)
            {
                return false;
            }

            segments = _appender.TakeUnflushed();
            if (_segments.Current is { } current)
            {
                segments.Add(current);
            }
        }

        try
        {
            foreach (var segment in segments)
            {
                _disk.Flush(segment.File);
            }

            _flushFault = null;
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or ObjectDisposedException)
        {
            // The kernel may have dropped the pages and would call the next flush of this file a success.
            _flushFault = exception.Message;
            lock (_lock)
            {
                // A flush may take longer than closing waits for it.
                if (_isClosed)
                {
                    return false;
                }

                _segments.GiveUpCurrent();
            }

            LogFlushFailed(Path, exception.Message);
            return false;
        }
    }

    /// <summary>Of the upkeep: records outcomes that could not be recorded at once.</summary>
    internal void EndLate()
    {
        while (_late.TryPeek(out var late))
        {
            lock (_lock)
            {
                if (!_appender.TryEnd(late.Ticket, late.Entry))
                {
                    return;
                }
            }

            _late.TryDequeue(out _);
        }
    }

    /// <summary>Of the upkeep: makes the next segment, and removes those that are needed no more.</summary>
    internal void Tidy()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            if (_segments.Current is null && _segments.TryMakeSpare(isBounded: false))
            {
                _segments.Roll();
            }

            // Kept for a standby only while there is room for what the store does not have yet.
            var hasRoom = _segments.TryMakeSpare();
            while (_segments.All is [{ IsSealed: true, IsKnown: true } oldest, ..]
                && oldest.NeededUntil <= (hasRoom ? _stored.Floor : _stored.Last))
            {
                if (!_appender.TryCarry(oldest))
                {
                    break;
                }

                _appender.Unflushed.Remove(oldest);
                _removedThrough = Math.Max(_removedThrough, oldest.NeededUntil);
                _segments.Remove(oldest);
                hasRoom = _segments.TryMakeSpare();
            }
        }

        if (_flushFault is not null)
        {
            Flush();
        }
    }

    [LoggerMessage(
        3200,
        LogLevel.Error,
        "The audit journal {Path} was not written to disk: {Error}. Its segment is not used again. Calls that need "
        + "the disk are refused until a flush succeeds; look after the disk.")]
    private partial void LogFlushFailed(string path, string error);
}
