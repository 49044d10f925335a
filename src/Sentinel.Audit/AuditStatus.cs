namespace Sentinel.Audit;

/// <summary>How recording stands at one moment.</summary>
/// <param name="Enabled">Whether calls are recorded at all.</param>
/// <param name="Store"><c>PostgreSQL</c>, <c>SQLite</c> or <c>none</c>.</param>
/// <param name="Healthy">Whether the store took the last thing asked of it. True while nothing has been asked.</param>
/// <param name="LastError">What the store last said when it failed; kept after recovery.</param>
/// <param name="LastErrorAt">When it said so.</param>
/// <param name="Queued">Entries in the channel and in the writer's hands.</param>
/// <param name="Written">Rows stored since the start.</param>
/// <param name="Dropped">Entries lost since the start.</param>
/// <param name="Quarantined">Rows stored without their arguments since the start; also counted as written.</param>
public sealed record AuditStatus(
    bool Enabled,
    string Store,
    bool Healthy,
    string? LastError,
    DateTimeOffset? LastErrorAt,
    long Queued,
    long Written,
    long Dropped,
    long Quarantined)
{
    /// <summary>Why the journal cannot take calls at this moment; null where it can, or where there is none.</summary>
    public string? JournalFault { get; init; }

    /// <summary>Whether every call is refused because it cannot be journaled.</summary>
    public bool RefusesCalls { get; init; }

    /// <summary>Calls that the journal took since the start.</summary>
    public long Journaled { get; init; }

    /// <summary>Calls since the start that should have been in the journal and are not.</summary>
    public long Unjournaled { get; init; }

    /// <summary>How long, in seconds, the oldest entry on its way to the store has been waiting.</summary>
    public long LagSeconds { get; init; }

    /// <summary>Bytes of the journal that the store does not have.</summary>
    public long JournalBytesBehind { get; init; }
}
