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
                counters.Quarantined);
        }
    }
}
