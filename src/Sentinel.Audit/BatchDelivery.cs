using Microsoft.Extensions.Logging;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit;

/// <summary>Sees a batch into the store, however often that has to be tried; used by the writer's loop alone.</summary>
internal sealed partial class BatchDelivery(
    IAuditStore store,
    WriterSequence sequence,
    AuditCounters counters,
    AuditHealth health,
    TimeProvider time,
    ILogger logger,
    bool hasOwnLosses = true)
{
    private static readonly TimeSpan WarningInterval = TimeSpan.FromSeconds(1);

    private const int LookedUpAtOnce = 1000;

    private readonly ILogger _logger = logger;
    private AuditBatch? _onItsWay;
    private TakenBatch? _prepared;
    private long? _droppedBefore;
    private long _failingSince;
    private int _failures;
    private long? _warned;
    private long? _warnedOfRows;

    /// <summary>Rows that are stored or lost: done with.</summary>
    public long Settled { get; private set; }

    public Task PrepareAsync(CancellationToken cancellationToken) =>
        UntilTakenAsync(() => store.PrepareAsync(cancellationToken), cancellationToken);

    /// <summary>Has the sequence go on from what the store has.</summary>
    /// <returns>How far the journal is stored; null where the store knows nothing of it.</returns>
    public async Task<long?> LoadAsync(Guid writerId, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<DateOnly, Checkpoint>? stored = null;
        await UntilTakenAsync(
            async () => stored = await store.ReadCheckpointsAsync(writerId, cancellationToken), cancellationToken);
        sequence.Load(stored!);
        Unprepare();
        _droppedBefore ??= stored!.Values.Select(checkpoint => checkpoint.Dropped).DefaultIfEmpty().Max();
        return stored!.Count > 0 ? Checkpoints.PositionOf(stored.Values) : null;
    }

    /// <summary>Which of these calls have their row.</summary>
    public async Task<IReadOnlySet<Guid>> StoredAsync(
        IReadOnlyCollection<Guid> requestIds, CancellationToken cancellationToken)
    {
        var stored = new HashSet<Guid>();
        foreach (var some in requestIds.Chunk(LookedUpAtOnce))
        {
            await UntilTakenAsync(
                async () => stored.UnionWith(await store.StoredAsync(some, cancellationToken)), cancellationToken);
        }

        return stored;
    }

    /// <summary>
    /// Numbers a batch to follow the one that is on its way, so that it is ready when its turn comes.
    /// </summary>
    public void Prepare(TakenBatch next)
    {
        var positions = next.Positions;
        next.Numbered = Number(next.Rows, positions, after: _onItsWay);
        _prepared = next;
    }

    /// <summary>Returns when every row is stored, or lost and counted.</summary>
    /// <param name="taken">The rows, oldest first.</param>
    /// <param name="cancellationToken">Gives up; what is stored by then stays so.</param>
    /// <param name="meanwhile">Done while the store is at it.</param>
    /// <exception cref="AuditStoreException">
    /// Final: this writer must not go on. Rewound: it must go back to where the store is.
    /// </exception>
    public async Task DeliverAsync(TakenBatch taken, CancellationToken cancellationToken, Action? meanwhile = null)
    {
        var positions = taken.Positions;
        _onItsWay = taken.Numbered ?? Number(taken.Rows, positions);
        var storing = TryStoreAsync(_onItsWay, cancellationToken);
        AuditStoreException? refusal;
        try
        {
            meanwhile?.Invoke();
        }
        finally
        {
            refusal = await storing;
        }

        if (refusal is null)
        {
            Stored(_onItsWay);
            return;
        }

        // Its links go by rows that are not stored as they were.
        Unprepare();
        await DivideAsync(_onItsWay.Rows, positions, refusal, cancellationToken);
    }

    private async Task DeliverAsync(
        ReadOnlyMemory<AuditRow> rows, ReadOnlyMemory<long> positions, CancellationToken cancellationToken)
    {
        var batch = Number(rows, positions);
        if (await TryStoreAsync(batch, cancellationToken) is not { } refusal)
        {
            Stored(batch);
            return;
        }

        await DivideAsync(rows, positions, refusal, cancellationToken);
    }

    // Until the row that the store refuses stands alone.
    private async Task DivideAsync(
        ReadOnlyMemory<AuditRow> rows,
        ReadOnlyMemory<long> positions,
        AuditStoreException refusal,
        CancellationToken cancellationToken)
    {
        if (rows.Length > 1)
        {
            var half = rows.Length / 2;
            await DeliverAsync(rows[..half], positions.IsEmpty ? positions : positions[..half], cancellationToken);
            await DeliverAsync(rows[half..], positions.IsEmpty ? positions : positions[half..], cancellationToken);
            return;
        }

        var row = rows.Span[0];
        var batch = Number(new[] { row.WithoutArguments() }, positions);
        if (await TryStoreAsync(batch, cancellationToken) is { } again)
        {
            Settled++;
            counters.Lost(1);
            LogRowLost(row.RequestId, again.Message);
            return;
        }

        Stored(batch);
        counters.QuarantinedOne();
        if (IsDue(ref _warnedOfRows))
        {
            LogRowsQuarantined(counters.Quarantined, row.RequestId, refusal.Message);
        }
    }

    private AuditBatch Number(
        ReadOnlyMemory<AuditRow> rows, ReadOnlyMemory<long> positions, AuditBatch? after = null) =>
        sequence.Number(
            rows,
            _droppedBefore.GetValueOrDefault() + (hasOwnLosses ? counters.Dropped : 0),
            positions.IsEmpty ? null : positions.Span[^1], after);

    /// <returns>Null when the rows are stored; the refusal when the store will never take them.</returns>
    private async Task<AuditStoreException?> TryStoreAsync(AuditBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            await UntilTakenAsync(() => store.AppendAsync(batch, cancellationToken), cancellationToken);
            return null;
        }
        catch (AuditStoreException exception) when (exception.Failure == StoreFailure.Content)
        {
            return exception;
        }
    }

    private void Stored(AuditBatch batch)
    {
        sequence.Advance(batch);
        Settled += batch.Rows.Length;
        counters.Stored(batch.Rows.Length);
    }

    private void Unprepare()
    {
        if (_prepared is not null)
        {
            _prepared.Numbered = null;
        }
    }

    private async Task UntilTakenAsync(Func<Task> attempt, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await attempt();
                Recovered();
                return;
            }
            catch (AuditStoreException exception) when (exception.Failure == StoreFailure.Temporary)
            {
                Failed(exception);
                var delay = exception.RetryAfter
                    ?? RetrySchedule.DelayAfter(_failures, Random.Shared.NextDouble());
                await Task.Delay(delay, time, cancellationToken);
            }
        }
    }

    private void Failed(AuditStoreException exception)
    {
        health.Failed(exception.Message, time.GetUtcNow());
        if (++_failures > 1)
        {
            return;
        }

        _failingSince = time.GetTimestamp();
        if (IsDue(ref _warned))
        {
            LogStoreFailed(store.Name, exception.Message);
        }
    }

    private void Recovered()
    {
        // Another delivery to the same store may have failed.
        health.Recovered();
        if (_failures == 0)
        {
            return;
        }

        LogStoreRecovered(store.Name, time.GetElapsedTime(_failingSince), _failures);
        _failures = 0;
    }

    private bool IsDue(ref long? last)
    {
        if (last is { } at && time.GetElapsedTime(at) < WarningInterval)
        {
            return false;
        }

        last = time.GetTimestamp();
        return true;
    }

    [LoggerMessage(
        3010,
        LogLevel.Warning,
        "The audit store {Store} failed: {Error}. Calls go on as before; entries wait in the journal, or without one "
        + "in the channel, whose overflow is dropped and counted. Bring the store back: writing goes on by itself.")]
    private partial void LogStoreFailed(string store, string error);

    [LoggerMessage(
        3011,
        LogLevel.Information,
        "The audit store {Store} is back after {Outage} and {Failures} failed attempts.")]
    private partial void LogStoreRecovered(string store, TimeSpan outage, int failures);

    [LoggerMessage(
        3012,
        LogLevel.Warning,
        "{Quarantined} audit rows so far were stored without their arguments, the last for request {RequestId}: "
        + "{Error}. Nothing has to be done; the rows are marked _unstorable.")]
    private partial void LogRowsQuarantined(long quarantined, Guid requestId, string error);

    [LoggerMessage(
        3013,
        LogLevel.Error,
        "The audit entry of request {RequestId} is lost: the store refuses it even without its arguments: {Error}.")]
    private partial void LogRowLost(Guid requestId, string error);
}
