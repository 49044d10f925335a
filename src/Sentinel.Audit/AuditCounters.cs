using System.Diagnostics.Metrics;

namespace Sentinel.Audit;

/// <summary>
/// What happened to entries: plain numbers for health and tests, and the instruments that publish them.
/// </summary>
internal sealed class AuditCounters : IDisposable
{
    public const string MeterName = "Sentinel.Audit";

    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Counter<long> _enqueuedCounter;
    private readonly Counter<long> _writtenCounter;
    private readonly Counter<long> _droppedCounter;
    private readonly Counter<long> _quarantinedCounter;
    private readonly Counter<long> _journaledCounter;
    private readonly Counter<long> _unjournaledCounter;
    private long _journaled;
    private long _unjournaled;
    private long _oldestWaiting;
    private long _enqueued;
    private long _written;
    private long _refused;
    private long _lost;
    private long _quarantined;

    public AuditCounters(IMeterFactory meters, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _meter = meters.Create(MeterName);
        _enqueuedCounter = _meter.CreateCounter<long>(
            "sentinel.audit.enqueued", "{entry}", "Entries that the channel or the journal took.");
        _journaledCounter = _meter.CreateCounter<long>(
            "sentinel.audit.journaled", "{call}", "Calls that the journal took.");
        _unjournaledCounter = _meter.CreateCounter<long>(
            "sentinel.audit.unjournaled", "{call}", "Calls that the journal should have taken and did not.");
        _writtenCounter = _meter.CreateCounter<long>(
            "sentinel.audit.written", "{row}", "Rows that the store has.");
        _droppedCounter = _meter.CreateCounter<long>(
            "sentinel.audit.dropped", "{entry}", "Entries lost: full channel, or left behind at shutdown.");
        _quarantinedCounter = _meter.CreateCounter<long>(
            "sentinel.audit.quarantined", "{row}", "Rows stored without their arguments, which the store refused.");
        _meter.CreateObservableGauge(
            "sentinel.audit.queued", () => Queued, "{entry}", "Entries that the store does not have yet.");
        _meter.CreateObservableGauge(
            "sentinel.audit.lag.seconds", () => LagSeconds, "s",
            "How long the oldest entry on its way has been waiting.");
        _meter.CreateObservableGauge(
            "sentinel.audit.lag.bytes", () => JournalBytesBehind(), "By",
            "Bytes of the journal that the store does not have.");
        _meter.CreateObservableGauge(
            "sentinel.audit.journal.bytes", () => JournalBytes(), "By", "Size of the journal's segments on the disk.");
        _meter.CreateObservableGauge(
            "sentinel.audit.journal.max.bytes", () => JournalBytesMax, "By",
            "How large they may become together; 0 without a journal.");
        _meter.CreateObservableGauge(
            "sentinel.audit.enabled", () => Status() is { Enabled: true } ? 1 : 0, null, "1 where calls are recorded.");
        _meter.CreateObservableGauge(
            "sentinel.audit.store.healthy", () => Status() is { Healthy: false } ? 0 : 1, null,
            "0 since the store last failed, 1 since it last took rows.");
        _meter.CreateObservableGauge(
            "sentinel.audit.journal.healthy", () => Status() is { JournalFault: not null } ? 0 : 1, null,
            "0 while the journal cannot take calls.");
    }

    /// <summary>How recording stands.</summary>
    public Func<AuditStatus?> Status { get; set; } = () => null;

    /// <summary>Size of the journal on the disk, in bytes.</summary>
    public Func<long> JournalBytes { get; set; } = () => 0;

    /// <summary>How large it may become.</summary>
    public long JournalBytesMax { get; set; }

    /// <summary>Bytes of the journal that the store does not have.</summary>
    public Func<long> JournalBytesBehind { get; set; } = () => 0;

    /// <summary>When the oldest entry in the writer's hands arrived, in ticks of UTC; 0 for none.</summary>
    public DateTime? OldestWaiting
    {
        set => Interlocked.Exchange(ref _oldestWaiting, value?.Ticks ?? 0);
    }

    public long Journaled => Interlocked.Read(ref _journaled);

    public long Unjournaled => Interlocked.Read(ref _unjournaled);

    public long Written => Interlocked.Read(ref _written);

    public long Dropped => Interlocked.Read(ref _refused) + Interlocked.Read(ref _lost);

    public long Quarantined => Interlocked.Read(ref _quarantined);

    /// <summary>Entries that the channel took and that are neither written nor lost.</summary>
    public long Queued
    {
        get
        {
            // Settled is read first: read second, an entry taken and written in between would make this negative.
            var settled = Interlocked.Read(ref _written) + Interlocked.Read(ref _lost);
            return Math.Max(0, Interlocked.Read(ref _enqueued) - settled);
        }
    }

    public void Enqueued()
    {
        Interlocked.Increment(ref _enqueued);
        _enqueuedCounter.Add(1);
    }

    public void JournaledOne()
    {
        Interlocked.Increment(ref _journaled);
        _journaledCounter.Add(1);
    }

    public void UnjournaledOne()
    {
        Interlocked.Increment(ref _unjournaled);
        _unjournaledCounter.Add(1);
    }

    /// <summary>The channel was full, or closed: the entry never became one of ours.</summary>
    public void Refused()
    {
        Interlocked.Increment(ref _refused);
        _droppedCounter.Add(1);
    }

    public void Stored(int rows)
    {
        Interlocked.Add(ref _written, rows);
        _writtenCounter.Add(rows);
    }

    /// <summary>Entries that the channel took and that no store will have.</summary>
    public void Lost(long entries)
    {
        Interlocked.Add(ref _lost, entries);
        _droppedCounter.Add(entries);
    }

    public void QuarantinedOne()
    {
        Interlocked.Increment(ref _quarantined);
        _quarantinedCounter.Add(1);
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>How long the oldest entry on its way has been waiting.</summary>
    public long LagSeconds => Interlocked.Read(ref _oldestWaiting) is > 0 and var ticks
        ? Math.Max(0, (long)(_time.GetUtcNow().UtcDateTime - new DateTime(ticks, DateTimeKind.Utc)).TotalSeconds)
        : 0;
}
