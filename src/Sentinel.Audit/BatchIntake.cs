namespace Sentinel.Audit;

/// <summary>Gathers rows into batches: what there is at once when idle, up to the limits when busy.</summary>
/// <remarks>
/// A batch may be taken ahead, while the store is busy with the one before; only the writer's loop asks.
/// </remarks>
internal sealed class BatchIntake(
    AuditChannel channel,
    EntrySource source,
    AuditOptions.BatchOptions limits,
    bool hasJournal,
    TimeProvider time)
{
    private const int SlicesPerDelay = 10;

    private readonly TimeSpan _delayMax = TimeSpan.FromMilliseconds(limits.MaxDelayMs);
    private TakenBatch _next = new(limits.MaxRows, hasJournal);
    private long _nextTakenAt;
    private int _lastRows;
    private long? _lastEnd;

    /// <summary>Entries that are only here and in the channel: lost with the process.</summary>
    public long Unjournaled => _next.Taken.Count(taken => !taken.IsJournaled);

    /// <summary>
    /// The next batch. A busy writer, whose last batch held several rows or has only just ended, looks again every
    /// tenth of the delay until it is over or the batch is full.
    /// </summary>
    /// <param name="closing">Ends the gathering: what there is goes at once.</param>
    /// <param name="giveUp">Ends the waiting for a first row.</param>
    /// <returns>Null when the channel is closed and everything taken.</returns>
    public async Task<TakenBatch?> NextAsync(CancellationToken closing, CancellationToken giveUp)
    {
        Take();
        while (_next.Count == 0)
        {
            channel.Counters.OldestWaiting = null;
            var isOpen = await channel.Reader.WaitToReadAsync(giveUp);
            Take();
            if (!isOpen && _next.Count == 0)
            {
                return null;
            }
        }

        var busy = _lastRows > 1 || (_lastEnd is { } end && time.GetElapsedTime(end) < _delayMax);
        while (busy && !_next.IsFull && !closing.IsCancellationRequested
            && time.GetElapsedTime(_nextTakenAt) < _delayMax)
        {
            await Task.Delay(_delayMax / SlicesPerDelay, time, closing)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Take();
        }

        var batch = _next;
        _next = new TakenBatch(limits.MaxRows, hasJournal);
        channel.Counters.OldestWaiting =
            new DateTime(batch.Taken[0].Row.EndMicros * TimeSpan.TicksPerMicrosecond);
        return batch;
    }

    /// <summary>Takes what there is of the next batch.</summary>
    /// <returns>The batch, if it is full already: it can be numbered.</returns>
    public TakenBatch? TakeAhead()
    {
        Take();
        return _next.IsFull ? _next : null;
    }

    /// <summary>The store has a batch.</summary>
    public void Delivered(TakenBatch batch)
    {
        source.Stored(batch.Taken[^1].Position);
        _lastRows = batch.Count;
        _lastEnd = time.GetTimestamp();
    }

    /// <summary>Goes on in the journal at an earlier place; rows that no journal has are kept.</summary>
    /// <param name="unsettled">Rows that were taken and are not stored.</param>
    /// <param name="position">How far the journal is stored.</param>
    public void GoTo(IEnumerable<TakenRow> unsettled, long position)
    {
        var kept = new TakenBatch(limits.MaxRows, hasJournal);
        foreach (var taken in unsettled.Concat(_next.Taken).Where(taken => !taken.IsJournaled))
        {
            kept.Add(taken with { Position = position });
        }

        _next = kept;
        source.Seek(position);
    }

    private void Take()
    {
        var wasEmpty = _next.Count == 0;
        source.Take(_next);
        if (wasEmpty && _next.Count > 0)
        {
            _nextTakenAt = time.GetTimestamp();
        }
    }
}
