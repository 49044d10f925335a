using Sentinel.Audit.Chain;

namespace Sentinel.Audit.Stores;

/// <summary>How far a writer has come in one month, before and after a batch.</summary>
/// <param name="Month">The first day of the month.</param>
/// <param name="Expected">The last sequence number stored before the batch; 0 when the batch is the first.</param>
/// <param name="Last">The last sequence number of the batch.</param>
/// <param name="ChainHash">The link of that last row.</param>
internal sealed record MonthMove(DateOnly Month, long Expected, long Last, byte[] ChainHash);

/// <summary>Rows of one transaction, with their places in the writer's sequences.</summary>
/// <param name="WriterId">The writer: <c>journal_id</c> of its rows and checkpoints.</param>
/// <param name="Instance">Who writes, for people.</param>
/// <param name="Rows">The rows, oldest first.</param>
/// <param name="Seqs">The sequence number of each row.</param>
/// <param name="ChainHashes">The link of each row.</param>
/// <param name="Moves">One for each month that occurs in the rows.</param>
/// <param name="Dropped">Entries lost by this writer so far.</param>
internal sealed record AuditBatch(
    Guid WriterId,
    string Instance,
    ReadOnlyMemory<AuditRow> Rows,
    ReadOnlyMemory<long> Seqs,
    ReadOnlyMemory<byte[]> ChainHashes,
    IReadOnlyList<MonthMove> Moves,
    long Dropped)
{
    /// <summary>How far the journal is stored before the batch; 0 for nothing, or without one.</summary>
    public long PositionBefore { get; init; }

    /// <summary>How far the journal is stored with the batch; null for a writer without one.</summary>
    public long? Position { get; init; }
}

/// <summary>
/// The sequence numbers and links of one writer, by month. They move only when the store has the rows.
/// </summary>
internal sealed class WriterSequence(Guid writerId, string instance)
{
    private static readonly Link None = new(0, RowChain.Start);

    private readonly Dictionary<DateOnly, Link> _last = [];
    private readonly RowChain _chain = new();
    private long _position;

    /// <summary>Goes on from what the store has.</summary>
    public void Load(IReadOnlyDictionary<DateOnly, Checkpoint> stored)
    {
        _last.Clear();
        foreach (var (month, checkpoint) in stored)
        {
            _last[month] = new Link(checkpoint.Seq, checkpoint.ChainHash ?? RowChain.Start);
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
        var hashes = new byte[rows.Length][];
        var last = new Dictionary<DateOnly, Link>();
        for (var i = 0; i < seqs.Length; i++)
        {
            var row = rows.Span[i];
            var before = last.GetValueOrDefault(row.Month) ?? _last.GetValueOrDefault(row.Month, None);
            seqs[i] = before.Seq + 1;
            hashes[i] = _chain.Link(before.Hash, row, instance, writerId, seqs[i]);
            last[row.Month] = new Link(seqs[i], hashes[i]);
        }

        var moves = last.Select(m =>
            new MonthMove(m.Key, _last.GetValueOrDefault(m.Key, None).Seq, m.Value.Seq, m.Value.Hash)).ToArray();
        return new AuditBatch(writerId, instance, rows, seqs, hashes, moves, dropped)
        {
            PositionBefore = _position,
            Position = position,
        };
    }

    public void Advance(AuditBatch batch)
    {
        foreach (var move in batch.Moves)
        {
            _last[move.Month] = new Link(move.Last, move.ChainHash);
        }

        _position = batch.Position ?? _position;
    }

    private sealed record Link(long Seq, byte[] Hash);
}
