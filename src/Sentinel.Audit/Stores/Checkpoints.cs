using System.Globalization;

namespace Sentinel.Audit.Stores;

/// <summary>Compares what the store has with what a batch expects. Pure, and the same for both stores.</summary>
internal static class Checkpoints
{
    /// <summary>Whether the batch is in the store already, because an earlier attempt's answer was lost.</summary>
    /// <param name="batch">The batch about to be written.</param>
    /// <param name="stored">The checkpoints of its writer, by month; a month without one is absent.</param>
    /// <exception cref="AuditStoreException">
    /// The store is neither before nor after the batch: rewound where it stands at an earlier place of the journal,
    /// else final.
    /// </exception>
    public static bool Holds(AuditBatch batch, IReadOnlyDictionary<DateOnly, Checkpoint> stored)
    {
        var position = PositionOf(stored.Values);
        var isBefore = position == batch.PositionBefore;
        var isAfter = position == (batch.Position ?? batch.PositionBefore);
        foreach (var move in batch.Moves)
        {
            var seq = stored.GetValueOrDefault(move.Month)?.Seq ?? 0;
            isBefore &= seq == move.Expected;
            isAfter &= seq == move.Last;
        }

        return isBefore || isAfter ? isAfter : throw Mismatch(batch, stored, position);
    }

    /// <summary>How far the journal is stored: each batch moves its own months only, the last one furthest.</summary>
    public static long PositionOf(IEnumerable<Checkpoint> stored) =>
        stored.Max(checkpoint => checkpoint.Position) ?? 0;

    /// <param name="writerId">The writer whose checkpoint it is.</param>
    /// <param name="move">What the batch expects.</param>
    /// <param name="found">Where the checkpoint stands; null where only its failure to move is known.</param>
    public static AuditStoreException Mismatch(Guid writerId, MonthMove move, long? found)
    {
        var place = found?.ToString(CultureInfo.InvariantCulture) ?? "another place";
        var message = string.Create(
            CultureInfo.InvariantCulture,
            $"The checkpoint of writer {writerId} for {move.Month:yyyy-MM} stands at {place}; expected was "
            + $"{move.Expected} before or {move.Last} after this batch. The store was rewound to an older state, or "
            + $"another process writes under this id.");
        return new AuditStoreException(StoreFailure.Final, message);
    }

    private static AuditStoreException Mismatch(
        AuditBatch batch,
        IReadOnlyDictionary<DateOnly, Checkpoint> stored,
        long position)
    {
        // An earlier state of this writer's own: nothing in it is ahead of the batch, and something behind. A batch of
        // rows that no journal has moves numbers only.
        var numbers = batch.Moves.Select(move => (
            Stored: stored.GetValueOrDefault(move.Month)?.Seq ?? 0, move.Expected)).ToList();
        if (batch.Position is not null
            && position <= batch.PositionBefore
            && numbers.TrueForAll(number => number.Stored <= number.Expected)
            && (position < batch.PositionBefore || numbers.Exists(number => number.Stored < number.Expected)))
        {
            return new AuditStoreException(StoreFailure.Rewound, string.Create(
                CultureInfo.InvariantCulture,
                $"The store has the journal {batch.WriterId} up to {position} where {batch.PositionBefore} "
                + $"was written."));
        }

        var moved = batch.Moves.FirstOrDefault(
            move => (stored.GetValueOrDefault(move.Month)?.Seq ?? 0) != move.Expected) ?? batch.Moves[0];
        return Mismatch(batch.WriterId, moved, stored.GetValueOrDefault(moved.Month)?.Seq ?? 0);
    }
}
