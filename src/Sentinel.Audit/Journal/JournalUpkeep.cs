namespace Sentinel.Audit.Journal;

/// <summary>
/// The journal's own thread: what may take long and no call should wait for, except to be on the disk.
/// </summary>
internal sealed class JournalUpkeep(AuditJournal journal) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A disk that hangs must not hang the process that wants to end.
    private static readonly TimeSpan LastRound = TimeSpan.FromSeconds(5);

    private readonly AutoResetEvent _wake = new(false);
    private TaskCompletionSource<bool>? _flush;
    private Thread? _thread;
    private volatile bool _isStopping;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "Sentinel journal" };
        _thread.Start();
    }

    public void Wake() => _wake.Set();

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

    private void RunOnce()
    {
        // Taken before the flush begins, so that whoever asks from here on is served by the next one.
        if (Interlocked.Exchange(ref _flush, null) is { } round)
        {
            round.SetResult(journal.Flush());
        }

        journal.EndLate();
        journal.Tidy();
    }
}
