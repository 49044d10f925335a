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
    private readonly SegmentTurnover _turnover = new(journalLock, segments, appender, stored);
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
    public long RemovedThrough => _turnover.RemovedThrough;

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
            _turnover.Run(Flush);
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
