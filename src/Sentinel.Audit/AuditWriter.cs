using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sentinel.Audit.Journal;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit;

/// <summary>
/// Takes entries from the channel and sees them into the store, batch by batch, on a loop of its own.
/// </summary>
internal sealed partial class AuditWriter : IHostedService, IDisposable
{
    private readonly AuditChannel _channel;
    private readonly IAuditStore _store;
    private readonly AuditOptions.BatchOptions _limits;
    private readonly AuditTimings _timings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly JournalOpening? _opening;
    private readonly string _instance;
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _giveUp = new();
    private BatchDelivery? _delivery;
    private BatchIntake? _intake;
    private AuditJournal? _journal;
    private AbandonedReplay? _abandoned;
    private TakenBatch? _batch;
    private long _batchStart;
    private Task? _loop;
    private bool _hasStored;
    private bool _hasStopped;

    public AuditWriter(
        AuditChannel channel,
        IAuditStore store,
        AuditOptions.BatchOptions batch,
        string instance,
        AuditTimings timings,
        TimeProvider time,
        ILogger<AuditWriter> logger,
        JournalOpening? opening = null)
    {
        _channel = channel;
        _store = store;
        _limits = batch;
        _timings = timings;
        _time = time;
        _logger = logger;
        _instance = instance;
        _opening = opening;
    }

    /// <summary>The journal's id, or this run's where there is none: <c>journal_id</c> of its rows.</summary>
    public Guid WriterId { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _store.CheckConfiguration();
        _journal = _opening?.Open(_time, _logger);
        if (_opening is not null && _journal is null)
        {
            _channel.Health.JournalFault = () => "it cannot be used; the log says why";
        }

        WriterId = _journal?.Id ?? Guid.CreateVersion7(_time.GetUtcNow());
        if (_journal is not null)
        {
            _channel.Use(_journal);
            _abandoned = new AbandonedReplay(_opening!, DeliveryOf, _channel.Counters, _time, _logger);
        }

        _intake = new BatchIntake(
            _channel, new EntrySource(_channel, _journal), _limits, hasJournal: _journal is not null, _time);
        _delivery = DeliveryOf(WriterId);
        _loop = RunAsync(_giveUp.Token);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Drains within a limit of its own: the host's token says nothing about how long the store needs.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _channel.Close();
        await _closing.CancelAsync();
        if (_loop is null)
        {
            return;
        }

        if (_channel.Reader.Count == 0 && _channel.Counters.Queued == 0)
        {
            // Nothing to wait for, even if the store has been away since the start.
            await _giveUp.CancelAsync();
        }

        try
        {
            await _loop.WaitAsync(_timings.Drain, _time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            await _giveUp.CancelAsync();
            await _loop;
        }

        _journal?.Dispose();
    }

    // The sources hold no timers, and the loop may still look at them: they are cancelled and left to the collector.
    public void Dispose() => _giveUp.Cancel();

    // Never throws: an exception that escapes a hosted service's task ends the host, and with it every call.
    private async Task RunAsync(CancellationToken giveUp)
    {
        await Task.Yield();
        try
        {
            var recovery = _journal is null ? null : new JournalRecovery(_journal);
            await _delivery!.PrepareAsync(giveUp);
            if (recovery is not null)
            {
                // First what the store has: it waits for a batch of an earlier run that is still on its way.
                await GoToStoredAsync([], giveUp);
                Report(recovery.End(await _delivery.StoredAsync(recovery.Open, giveUp)));

                // Before this run's own rows, which the journal holds meanwhile.
                await _abandoned!.RunAsync(_limits.MaxRows, giveUp);
            }

            while (await _intake!.NextAsync(_closing.Token, giveUp) is { } batch)
            {
                (_batch, _batchStart) = (batch, _delivery.Settled);
                await _store.MaintainAsync(giveUp);
                await DeliverAsync(batch, giveUp);
                _batch = null;
                await (_abandoned?.RemoveAsync(_limits.MaxRows, giveUp) ?? Task.CompletedTask);
            }
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            // Shutdown ran out of time; what is left is counted below.
        }
        catch (Exception exception)
        {
            _channel.Health.Failed(exception.Message, _time.GetUtcNow());
            _hasStopped = true;
            if (_journal is null)
            {
                LogStopped(exception);
            }
            else
            {
                LogStoppedJournaled(exception, _journal.Path);
            }
        }
        finally
        {
            await EndAsync();
        }
    }

    private async Task DeliverAsync(TakenBatch batch, CancellationToken giveUp)
    {
        try
        {
            await _delivery!.DeliverAsync(batch, giveUp, meanwhile: TakeAhead);
            _hasStored = true;
            _intake!.Delivered(batch);
            _journal?.Stored(batch.Taken[^1].Position);
        }
        catch (AuditStoreException exception) when (exception.Failure == StoreFailure.Rewound && _journal is not null)
        {
            // What the journal has is read again from where the store is; the rest is still only here.
            LogRewound(exception.Message);
            await GoToStoredAsync(Unsettled, giveUp);
        }
    }

    // While the store takes one batch, the next is read and linked.
    private void TakeAhead()
    {
        if (_intake!.TakeAhead() is { } full)
        {
            _delivery!.Prepare(full);
        }
    }

    private IEnumerable<TakenRow> Unsettled => _batch?.Taken.Skip((int)(_delivery!.Settled - _batchStart)) ?? [];

    private async Task GoToStoredAsync(IEnumerable<TakenRow> unsettled, CancellationToken giveUp)
    {
        var stored = await _delivery!.LoadAsync(WriterId, giveUp);
        if (stored is { } position ? !_journal!.Reaches(position) : _hasStored)
        {
            throw new AuditStoreException(
                StoreFailure.Final,
                $"The store has the journal {WriterId} up to {stored ?? 0}, where the journal does not reach: "
                + "one of the two was put back to an older state, or another process writes under this id.");
        }

        _hasStored |= stored is not null;
        _journal!.Stored(stored ?? 0);
        _intake!.GoTo(unsettled, stored ?? 0);
    }

    private BatchDelivery DeliveryOf(Guid writerId) => new(
        _store,
        new WriterSequence(writerId, _instance),
        _channel.Counters,
        _channel.Health,
        _time,
        _logger,
        hasOwnLosses: writerId == WriterId);

    private void Report(RecoveredJournal found)
    {
        for (var i = 0; i < found.Crashed; i++)
        {
            _channel.Counters.Enqueued();
        }

        if (found.Crashed > 0)
        {
            LogCrashed(found.Crashed);
        }

        if (found.DamagedBytes > 0 || found.MissingRows > 0)
        {
            LogDamaged(_journal!.Path, found.DamagedBytes, found.MissingRows);
        }
    }

    private async Task EndAsync()
    {
        _channel.Close();
        var left = Unsettled.Count(taken => !taken.IsJournaled) + _intake!.Unjournaled;
        while (_channel.Reader.TryRead(out var queued))
        {
            left += queued.Sequence == 0 ? 1 : 0;
        }

        _channel.Counters.Lost(left);
        await _store.DisposeAsync();
        if (!_hasStopped)
        {
            _journal?.Dispose();
        }

        LogEnded(_channel.Counters.Written, _channel.Counters.Dropped, left, _channel.Counters.Queued);
    }

    [LoggerMessage(
        3202,
        LogLevel.Warning,
        "The audit store stands at an earlier place of the journal, as a standby that took over may: {Reason} Writing "
        + "goes back to there.")]
    private partial void LogRewound(string reason);

    [LoggerMessage(
        3203,
        LogLevel.Warning,
        "{Calls} calls were open when the gateway ended before; their rows say gateway_crashed.")]
    private partial void LogCrashed(int calls);

    [LoggerMessage(
        3204,
        LogLevel.Error,
        "The audit journal {Path} has {Bytes} damaged bytes, and {Rows} rows are missing in it. A torn end is what a "
        + "power failure leaves; anything else says that the disk is failing.")]
    private partial void LogDamaged(string path, long bytes, long rows);

    [LoggerMessage(
        3020,
        LogLevel.Error,
        "Audit logging has stopped; calls go on unrecorded, and each is counted as dropped. Restart the gateway once "
        + "the cause is found.")]
    private partial void LogStopped(Exception exception);

    [LoggerMessage(
        3207,
        LogLevel.Error,
        "Audit rows are not written any more; calls go on into the journal {Path} for as long as it has room. Restart "
        + "the gateway once the cause is found: it goes on where it stopped.")]
    private partial void LogStoppedJournaled(Exception exception, string path);

    [LoggerMessage(
        3021,
        LogLevel.Information,
        "Audit writer ended: {Written} rows written, {Dropped} entries dropped, {LeftBehind} of them left behind; "
        + "{InJournal} stay in the journal for the next start.")]
    private partial void LogEnded(long written, long dropped, long leftBehind, long inJournal);
}
