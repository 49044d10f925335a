namespace Sentinel.Audit;

/// <summary>An entry on its way to the writer.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Sequence">Its row's number in the journal's run; 0 for one that no journal holds.</param>
/// <param name="Position">The place behind its row in the journal.</param>
internal readonly record struct QueuedEntry(AuditEntry Entry, long Sequence, long Position);
