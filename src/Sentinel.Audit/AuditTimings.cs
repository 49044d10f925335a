namespace Sentinel.Audit;

/// <summary>Limits that operators have no reason to change; tests do.</summary>
internal sealed record AuditTimings
{
    /// <summary>How long one attempt to write may take before its connection is given up.</summary>
    public TimeSpan Attempt { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long shutdown waits for the store to take what is queued.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a writer looks after the store, while there is something to write.</summary>
    public TimeSpan Upkeep { get; init; } = TimeSpan.FromHours(1);
}
