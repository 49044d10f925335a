using Sentinel.Audit.Stores;

namespace Sentinel.Audit;

/// <summary>A row in the writer's hands.</summary>
/// <param name="Row">The row.</param>
/// <param name="Position">How far the journal is stored with it.</param>
/// <param name="IsJournaled">Whether the journal has it, so that it can be read again.</param>
internal readonly record struct TakenRow(AuditRow Row, long Position, bool IsJournaled);

/// <summary>Rows taken for one transaction.</summary>
/// <param name="rowsMax">How many at most.</param>
/// <param name="hasJournal">Whether their writer has a journal, whose position moves with them.</param>
internal sealed class TakenBatch(int rowsMax, bool hasJournal)
{
    // Two batches are in memory at a time, and what the store's client makes of them.
    private const long ArgumentBytesMax = 16 * 1024 * 1024;

    private readonly List<TakenRow> _rows = [];
    private long _argumentBytes;

    public IReadOnlyList<TakenRow> Taken => _rows;

    public int Count => _rows.Count;

    public bool IsFull => _rows.Count >= rowsMax || _argumentBytes >= ArgumentBytesMax;

    public AuditRow[] Rows => [.. _rows.Select(taken => taken.Row)];

    /// <summary>How far the journal is stored with each row; empty for a writer without one.</summary>
    public long[] Positions => hasJournal ? [.. _rows.Select(taken => taken.Position)] : [];

    /// <summary>The rows with their numbers; null where they are given only when it is their turn.</summary>
    public AuditBatch? Numbered { get; set; }

    public void Add(in TakenRow taken)
    {
        _rows.Add(taken);
        _argumentBytes += taken.Row.RequestArgs.Length;
    }
}
