using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit;

/// <summary>
/// Takes entries from the channel and sees them into the store, batch by batch, on a loop of its own.
/// </summary>
internal sealed partial class AuditWriter : IHostedService, IDisposable
{
    private const int SlicesPerDelay = 10;

    private readonly AuditChannel _channel;
    private readonly IAuditStore _store;
    private readonly BatchDelivery _delivery;
    private readonly AuditTimings _timings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly List<AuditRow> _hand = [];
    private readonly int _rowsMax;
    private readonly TimeSpan _delayMax;
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _giveUp = new();
    private Task? _loop;
    private long _taken;
    private int _lastRows;
    private long? _lastEnd;

    public AuditWriter(
        AuditChannel channel,
        IAuditStore store,
        AuditOptions.BatchOptions batch,
        string instance,
        AuditTimings timings,
        TimeProvider time,
        ILogger<AuditWriter> logger)
    {
        _channel = channel;
        _store = store;
        _timings = timings;
        _time = time;
        _logger = logger;
        _rowsMax = batch.MaxRows;
        _delayMax = TimeSpan.FromMilliseconds(batch.MaxDelayMs);
        WriterId = Guid.CreateVersion7(time.GetUtcNow());
        var sequence = new WriterSequence(WriterId, instance);
        _delivery = new BatchDelivery(store, sequence, channel.Counters, channel.Health, time, logger);
    }

    /// <summary>This run's id: <c>journal_id</c> of its rows.</summary>
    public Guid WriterId { get; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _store.CheckConfiguration();
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
    }

    // The sources hold no timers, and the loop may still look at them: they are cancelled and left to the collector.
    public void Dispose() => _giveUp.Cancel();

    // Never throws: an exception that escapes a hosted service's task ends the host, and with it every call.
    private async Task RunAsync(CancellationToken giveUp)
    {
        await Task.Yield();
        try
        {
            await _delivery.PrepareAsync(giveUp);
            while (await TakeBatchAsync(giveUp))
            {
                await _store.MaintainAsync(giveUp);
                await _delivery.DeliverAsync(_hand.ToArray(), giveUp);
                _lastRows = _hand.Count;
                _lastEnd = _time.GetTimestamp();
            }
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            // Shutdown ran out of time; what is left is counted below.
        }
        catch (Exception exception)
        {
            _channel.Health.Failed(exception.Message, _time.GetUtcNow());
            LogStopped(exception);
        }
        finally
        {
            await EndAsync();
        }
    }

    // An idle writer stores what there is at once. A busy one, whose last batch held several rows or has only just
    // ended, looks again every tenth of the delay until it is over or the batch is full.
    private async Task<bool> TakeBatchAsync(CancellationToken giveUp)
    {
        _hand.Clear();
        if (!await _channel.Reader.WaitToReadAsync(giveUp))
        {
            return false;
        }

        var started = _time.GetTimestamp();
        var busy = _lastRows > 1 || (_lastEnd is { } end && _time.GetElapsedTime(end) < _delayMax);
        Take();
        while (busy && _hand.Count < _rowsMax && !_closing.IsCancellationRequested
            && _time.GetElapsedTime(started) < _delayMax)
        {
            await Task.Delay(_delayMax / SlicesPerDelay, _time, _closing.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Take();
        }

        return true;
    }

    private void Take()
    {
        while (_hand.Count < _rowsMax && _channel.Reader.TryRead(out var entry))
        {
            _taken++;
            _hand.Add(AuditRow.From(entry));
        }
    }

    private async Task EndAsync()
    {
        _channel.Close();
        var left = _taken - _delivery.Settled;
        while (_channel.Reader.TryRead(out _))
        {
            left++;
        }

        _channel.Counters.Lost(left);
        await _store.DisposeAsync();
        LogEnded(_channel.Counters.Written, _channel.Counters.Dropped, left);
    }

    [LoggerMessage(
        3020,
        LogLevel.Error,
        "Audit logging has stopped; calls go on unrecorded, and each is counted as dropped. Restart the gateway once "
        + "the cause is found.")]
    private partial void LogStopped(Exception exception);

    [LoggerMessage(
        3021,
        LogLevel.Information,
        "Audit writer ended: {Written} rows written, {Dropped} entries dropped, {LeftBehind} of them left behind.")]
    private partial void LogEnded(long written, long dropped, long leftBehind);
}
