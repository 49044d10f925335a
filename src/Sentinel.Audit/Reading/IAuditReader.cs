namespace Sentinel.Audit.Reading;

/// <summary>Reads what the gateway has recorded, while it records; changes nothing.</summary>
/// <remarks>
/// For several enumerations at a time: each has a connection of its own. Faults are <see cref="AuditReadException"/>.
/// </remarks>
public interface IAuditReader : IAsyncDisposable
{
    /// <summary>As people call the store: <c>PostgreSQL</c> or <c>SQLite</c>.</summary>
    string Name { get; }

    /// <summary>
    /// The rows of a query as they stood when it began, one after the other; a few megabytes are held at a time.
    /// </summary>
    /// <remarks>
    /// The store keeps that state until the enumeration ends: PostgreSQL cannot clean up behind it, SQLite's log file
    /// grows. Where a person pages, ask for pages (<see cref="AuditQuery.Limit"/>, <see cref="AuditQuery.After"/>).
    /// SQLite has no asynchronous calls: the caller's thread waits for the file.
    /// </remarks>
    /// <exception cref="AuditReadException">The query cannot be asked, or the store cannot be read.</exception>
    IAsyncEnumerable<StoredRow> ReadAsync(AuditQuery query, CancellationToken cancellationToken);

    /// <summary>How far every writer has come, by month, the oldest month first.</summary>
    /// <remarks>
    /// Checkpoints only move forward, with the rows they speak of: read before rows, they claim none that is missing.
    /// </remarks>
    IAsyncEnumerable<StoredCheckpoint> ReadCheckpointsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Rows of chains by their numbers, in the order of ids: what a writer has stored since its checkpoint was read.
    /// </summary>
    /// <param name="spans">Rows that are there, as a checkpoint read before said; few and new.</param>
    /// <param name="filter">What else restricts them; its order, cursor, writer and limit do not count.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="AuditReadException">The query cannot be asked, or the store cannot be read.</exception>
    IAsyncEnumerable<StoredRow> ReadSpansAsync(
        IReadOnlyList<AuditSpan> spans,
        AuditQuery filter,
        CancellationToken cancellationToken);

    /// <summary>Counts, rates and percentiles of the calls that a query finds; the store computes them.</summary>
    /// <param name="query">Which calls; its limit is one of groups, its order and its cursor do not count.</param>
    /// <param name="grouping">How calls are put together.</param>
    /// <param name="cancellationToken">Ends the work in the store, too.</param>
    /// <exception cref="AuditReadException">The query cannot be asked, or the store cannot be read.</exception>
    Task<AuditStatistics> ReadStatisticsAsync(
        AuditQuery query,
        AuditGrouping grouping,
        CancellationToken cancellationToken);
}
