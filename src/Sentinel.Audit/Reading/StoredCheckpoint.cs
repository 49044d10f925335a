namespace Sentinel.Audit.Reading;

/// <summary>How far a writer has come in one month, as the store says it.</summary>
/// <param name="Writer">The writer and the month.</param>
/// <param name="Seq">The last number stored.</param>
/// <param name="ChainHash">The last link of the chain; empty for NULL.</param>
/// <param name="Dropped">Entries that this writer had lost by then.</param>
public sealed record StoredCheckpoint(AuditWriterMonth Writer, long Seq, ReadOnlyMemory<byte> ChainHash, long Dropped);
