namespace Sentinel.Audit.Stores;

/// <summary>How far a writer has come in one month, before and after a batch.</summary>
/// <param name="Month">The first day of the month.</param>
/// <param name="Expected">The last sequence number stored before the batch; 0 when the batch is the first.</param>
/// <param name="Last">The last sequence number of the batch.</param>
internal sealed record MonthMove(DateOnly Month, long Expected, long Last);

/// <summary>Rows of one transaction, with their places in the writer's sequences.</summary>
/// <param name="WriterId">The writer: <c>journal_id</c> of its rows and checkpoints.</param>
/// <param name="Instance">Who writes, for people.</param>
/// <param name="Rows">The rows, oldest first.</param>
/// <param name="Seqs">The sequence number of each row.</param>
/// <param name="Moves">One for each month that occurs in the rows.</param>
/// <param name="Dropped">Entries lost by this writer so far.</param>
internal sealed record AuditBatch(
    Guid WriterId,
    string Instance,
    ReadOnlyMemory<AuditRow> Rows,
    ReadOnlyMemory<long> Seqs,
    IReadOnlyList<MonthMove> Moves,
    long Dropped)
{
    /// <summary>How far the journal is stored before the batch; 0 for nothing, or without one.</summary>
    public long PositionBefore { get; init; }

    /// <summary>How far the journal is stored with the batch; null for a writer without one.</summary>
    public long? Position { get; init; }
}

/// <summary>The sequence numbers of one writer, by month. They move only when the store has the rows.</summary>
internal sealed class WriterSequence(Guid writerId, string instance)
{
    private readonly Dictionary<DateOnly, long> _last = [];
    private long _position;

    /// <summary>Goes on from what the store has.</summary>
    public void Load(IReadOnlyDictionary<DateOnly, Checkpoint> stored)
    {
        _last.Clear();
        foreach (var (month, checkpoint) in stored)
        {
            _last[month] = checkpoint.Seq;
        }

        _position = Checkpoints.PositionOf(stored.Values);
    }

    /// <summary>Gives rows their numbers. The same rows get the same numbers until <see cref="Advance"/>.</summary>
    /// <param name="rows">The rows, oldest first.</param>
    /// <param name="dropped">Entries lost by this writer so far.</param>
    /// <param name="position">How far the journal is stored with them; null for a writer without one.</param>
    public AuditBatch Number(ReadOnlyMemory<AuditRow> rows, long dropped, long? position = null)
    {
        var seqs = new long[rows.Length];
        var last = new Dictionary<DateOnly, long>();
        for (var i = 0; i < seqs.Length; i++)
        {
            var month = rows.Span[i].Month;
            var seq = last.GetValueOrDefault(month, _last.GetValueOrDefault(month)) + 1;
            last[month] = seq;
            seqs[i] = seq;
        }

        var moves = last.Select(m => new MonthMove(m.Key, _last.GetValueOrDefault(m.Key), m.Value)).ToArray();
        return new AuditBatch(writerId, instance, rows, seqs, moves, dropped)
        {
            PositionBefore = _position,
            Position = position,
        };
    }

    public void Advance(AuditBatch batch)
    {
        foreach (var move in batch.Moves)
        {
            _last[move.Month] = move.Last;
        }

        _position = batch.Position ?? _position;
    }
}
