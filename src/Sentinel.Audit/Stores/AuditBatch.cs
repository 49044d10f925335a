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
    /// <param name="after">A batch that is on its way and that these rows follow; null where none is.</param>
    public AuditBatch Number(
        ReadOnlyMemory<AuditRow> rows, long dropped, long? position = null, AuditBatch? after = null)
    {
        var seqs = new long[rows.Length];
        var hashes = new byte[rows.Length][];
        var months = new List<MonthAdvance>(1);
        MonthAdvance? current = null;
        for (var i = 0; i < seqs.Length; i++)
        {
            var row = rows.Span[i];
            if (current?.Month != row.Month)
            {
                current = months.Find(month => month.Month == row.Month);
                if (current is null)
                {
                    current = new MonthAdvance(row.Month, StartOf(row.Month, after));
                    months.Add(current);
                }
            }

            seqs[i] = ++current.Seq;
            current.Hash = hashes[i] = _chain.Link(current.Hash, row, instance, writerId, seqs[i]);
        }

        var moves = months.ConvertAll(month => new MonthMove(month.Month, month.Expected, month.Seq, month.Hash));
        return new AuditBatch(writerId, instance, rows, seqs, hashes, moves, dropped)
        {
            PositionBefore = after?.Position ?? _position,
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

    private Link StartOf(DateOnly month, AuditBatch? after)
    {
        var move = after?.Moves.FirstOrDefault(move => move.Month == month);
        return move is null ? _last.GetValueOrDefault(month, None) : new Link(move.Last, move.ChainHash);
    }

    private sealed record Link(long Seq, byte[] Hash);

    private sealed class MonthAdvance(DateOnly month, Link start)
    {
        public DateOnly Month => month;

        public long Expected => start.Seq;

        public long Seq { get; set; } = start.Seq;

        public byte[] Hash { get; set; } = start.Hash;
    }
}
