namespace Sentinel.Audit.Stores;

/// <summary>How far a writer has come in one month, as the store has it.</summary>
/// <param name="Seq">The sequence number of its last row.</param>
/// <param name="ChainHash">The hash of its last row; null where it has none.</param>
/// <param name="Dropped">Entries that the writer had lost by then.</param>
/// <param name="Position">How far its journal is stored; null for a writer without one.</param>
internal sealed record Checkpoint(long Seq, byte[]? ChainHash = null, long Dropped = 0, long? Position = null);
