namespace Sentinel.Audit.Stores;

/// <summary>
/// Where rows live. Used by one writer, one call at a time; faults are <see cref="AuditStoreException"/>.
/// </summary>
internal interface IAuditStore : IAsyncDisposable
{
    /// <summary>As people call it: <c>PostgreSQL</c> or <c>SQLite</c>.</summary>
    string Name { get; }

    /// <summary>Finds what no retry can mend, before the host has started.</summary>
    /// <exception cref="AuditConfigurationException">The options cannot work as written.</exception>
    void CheckConfiguration();

    /// <summary>Makes the store ready for rows; called until it succeeds.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>How far a writer has come, by month, once nothing of its earlier attempts can change it.</summary>
    Task<IReadOnlyDictionary<DateOnly, Checkpoint>> ReadCheckpointsAsync(
        Guid writerId,
        CancellationToken cancellationToken);

    /// <summary>Which of these calls have a row, whoever wrote it.</summary>
    Task<IReadOnlyCollection<Guid>> StoredAsync(
        IReadOnlyCollection<Guid> requestIds,
        CancellationToken cancellationToken);

    /// <summary>
    /// Stores a batch and moves its checkpoints, both or neither, and once however often it is called.
    /// </summary>
    Task AppendAsync(AuditBatch batch, CancellationToken cancellationToken);

    /// <summary>Upkeep that writing does not depend on. Never throws for the store's faults.</summary>
    Task MaintainAsync(CancellationToken cancellationToken);
}
