namespace Sentinel.Audit;

/// <summary>What the writer knows of its store. Written by the writer's loop, read by anyone.</summary>
internal sealed class AuditHealth(bool enabled, string storeName)
{
    private readonly Lock _lock = new();
    private bool _healthy = true;
    private string? _lastError;
    private DateTimeOffset? _lastErrorAt;

    public bool Enabled { get; } = enabled;

    public string StoreName { get; } = storeName;

    /// <summary>Why the journal cannot take calls; null where it can, or where there is none.</summary>
    public Func<string?> JournalFault { get; set; } = () => null;

    public void Failed(string error, DateTimeOffset at)
    {
        lock (_lock)
        {
            _healthy = false;
            _lastError = error;
            _lastErrorAt = at;
        }
    }

    public void Recovered()
    {
        lock (_lock)
        {
            _healthy = true;
        }
    }

    public AuditStatus Read(AuditCounters counters)
    {
        lock (_lock)
        {
            return new AuditStatus(
                Enabled,
                StoreName,
                _healthy,
                _lastError,
                _lastErrorAt,
                counters.Queued,
                counters.Written,
                counters.Dropped,
                counters.Quarantined)
            {
                JournalFault = JournalFault(),
                Journaled = counters.Journaled,
                Unjournaled = counters.Unjournaled,
                LagSeconds = counters.LagSeconds,
                JournalBytesBehind = counters.JournalBytesBehind(),
            };
        }
    }
}
