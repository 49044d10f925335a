using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sentinel.Audit.Journal;

/// <summary>
/// The journal's own thread: what may take long and no call should wait for, except to be on the disk.
/// </summary>
internal sealed partial class JournalUpkeep(
    Lock journalLock,
    SegmentList segments,
    JournalAppender appender,
    StoredMarks stored,
    JournalDisk disk,
    string path,
    ILogger logger)
    : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A disk that hangs must not hang the process that wants to end.
    private static readonly TimeSpan LastRound = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logger;
    private readonly AutoResetEvent _wake = new(false);
    private readonly ConcurrentQueue<(JournalTicket Ticket, AuditEntry Entry)> _late = new();
    private TaskCompletionSource<bool>? _flush;
    private Thread? _thread;
    private volatile bool _isStopping;
    private volatile string? _flushFault;

    /// <summary>Why the last flush failed or was not waited for; null where it did not.</summary>
    public string? FlushFault
    {
        get => _flushFault;
        set => _flushFault = value;
    }

    /// <summary>The last place in segments that are gone. Under the journal's lock.</summary>
    public long RemovedThrough { get; private set; }

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "Sentinel journal" };
        _thread.Start();
    }

    public void Wake() => _wake.Set();

    /// <summary>Records an outcome as soon as that is possible.</summary>
    public void EndLater(JournalTicket ticket, AuditEntry entry)
    {
        _late.Enqueue((ticket, entry));
        Wake();
    }

    /// <summary>One flush serves everyone who asks before it begins; who asks during one waits for the next.</summary>
    public Task<bool> NextFlush()
    {
        while (true)
        {
            var waiting = Volatile.Read(ref _flush);
            if (waiting is not null)
            {
                return waiting.Task;
            }

            var mine = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (Interlocked.CompareExchange(ref _flush, mine, null) is null)
            {
                Wake();
                return mine.Task;
            }
        }
    }

    /// <summary>Does what is left to do, as far as the disk lets it, and ends the thread.</summary>
    public void Dispose()
    {
        _isStopping = true;
        Wake();
        _thread?.Join(LastRound);
        // The event is left to the collector: a call that is late may still set it.
    }

    private void Run()
    {
        while (!_isStopping)
        {
            _wake.WaitOne(Interval);
            RunOnce();
        }

        RunOnce();
    }

    // Whatever the disk does, the process goes on.
    private void RunOnce()
    {
        try
        {
            // Taken before the flush begins, so that whoever asks from here on is served by the next one.
            if (Interlocked.Exchange(ref _flush, null) is { } round)
            {
                round.SetResult(Flush());
            }

            EndLate();
            Tidy();
            if (_flushFault is not null)
            {
                Flush();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _flushFault = exception.Message;
            LogUpkeepFailed(path, exception.Message);
        }
    }

    // Puts on the disk what has been appended, and gives up segments that the disk fails.
    private bool Flush()
    {
        List<JournalSegment> unflushed;
        lock (journalLock)
        {
            if (appender.IsClosed)
            {
                return false;
            }

            unflushed = appender.TakeUnflushed();
            if (segments.Current is { } current)
            {
                unflushed.Add(current);
            }
        }

        var flushed = 0;
        try
        {
            foreach (var segment in unflushed)
            {
                disk.Flush(segment.File);
                flushed++;
            }

            _flushFault = null;
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or ObjectDisposedException)
        {
            _flushFault = exception.Message;
            lock (journalLock)
            {
                // A flush may take longer than closing waits for it.
                if (appender.IsClosed)
                {
                    return false;
                }

                segments.GiveUp(unflushed.Skip(flushed));
            }

            LogFlushFailed(path, exception.Message);
            return false;
        }
    }

    private void EndLate()
    {
        while (_late.TryPeek(out var late))
        {
            lock (journalLock)
            {
                if (!appender.TryEnd(late.Ticket, late.Entry))
                {
                    return;
                }
            }

            _late.TryDequeue(out _);
        }
    }

    // Makes the next segment, and removes those that are needed no more. Files are made and deleted without the lock:
    // that takes the disk milliseconds, in which calls would find no way into the journal.
    private void Tidy()
    {
        bool hasRoom;
        do
        {
            hasRoom = MakeSpare();
        }
        while (RemoveOldest(hasRoom));
    }

    // Whether there is, or was a moment ago, room for a further segment.
    private bool MakeSpare()
    {
        int number;
        lock (journalLock)
        {
            if (appender.IsClosed || segments.HasSpare)
            {
                return true;
            }

            if (segments.PlanSpare() is not { } planned)
            {
                return false;
            }

            number = planned;
        }

        var made = segments.Create(number);
        lock (journalLock)
        {
            if (appender.IsClosed)
            {
                made.Discard();
            }
            else
            {
                segments.Install(made);
            }
        }

        return made.Segment is not null;
    }

    // Whether it is worth looking again.
    private bool RemoveOldest(bool hasRoom)
    {
        JournalSegment oldest;
        bool isFree;
        lock (journalLock)
        {
            if (appender.IsClosed)
            {
                return false;
            }

            if (segments.Current is null && segments.TryMakeSpare(isBounded: false))
            {
                segments.Roll();
            }

            // Kept for a standby only while there is room for what the store does not have yet.
            if (segments.All is not [{ IsSealed: true, IsKnown: true } first, ..]
                || first.NeededUntil > (hasRoom ? stored.Floor : stored.Last))
            {
                return false;
            }

            oldest = first;
            isFree = oldest.Open.Count == 0;
            if (isFree)
            {
                appender.Unflushed.Remove(oldest);
                RemovedThrough = Math.Max(RemovedThrough, oldest.NeededUntil);
                segments.Delist(oldest);
            }
            else if (!IsWorthCarrying(oldest, hasRoom) || !appender.TryCarry(oldest))
            {
                return false;
            }
        }

        if (!isFree)
        {
            // Copies of its open Begins are on the disk before it goes.
            return Flush();
        }

        // Killed before this, the next start finds a segment that the store has.
        oldest.Delete();
        return true;
    }

    // Copying has to free more than it takes, or a full segment of open calls would be copied again and again; where
    // there is no room, what it must free is the segment behind.
    private bool IsWorthCarrying(JournalSegment oldest, bool hasRoom) =>
        2L * oldest.Open.Sum(ticket => (long)ticket.BeginBytes) <= oldest.End
        || (!hasRoom
            && segments.All is [_, { IsSealed: true, IsKnown: true, LastRow: > 0 } next, ..]
            && next.NeededUntil <= stored.Last);

    [LoggerMessage(
        3200,
        LogLevel.Error,
        "The audit journal {Path} was not written to disk: {Error}. Its segment is not used again. Calls that need "
        + "the disk are refused until a flush succeeds; look after the disk.")]
    private partial void LogFlushFailed(string path, string error);

    [LoggerMessage(
        3212,
        LogLevel.Error,
        "The audit journal {Path} cannot be looked after: {Error} Calls that need the disk are refused until it can; "
        + "look after the disk.")]
    private partial void LogUpkeepFailed(string path, string error);
}
