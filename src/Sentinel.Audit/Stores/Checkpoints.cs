using System.Globalization;

namespace Sentinel.Audit.Stores;

/// <summary>Compares what the store has with what a batch expects. Pure, and the same for both stores.</summary>
internal static class Checkpoints
{
    /// <summary>Whether the batch is in the store already, because an earlier attempt's answer was lost.</summary>
    /// <param name="batch">The batch about to be written.</param>
    /// <param name="stored">The checkpoints of its writer, by month; a month without one is absent.</param>
    /// <exception cref="AuditStoreException">The store is neither before nor after the batch: final.</exception>
    public static bool Holds(AuditBatch batch, IReadOnlyDictionary<DateOnly, long> stored)
    {
        var before = 0;
        foreach (var move in batch.Moves)
        {
            var seq = stored.GetValueOrDefault(move.Month);
            if (seq == move.Expected)
            {
                before++;
            }
            else if (seq != move.Last)
            {
                throw Mismatch(batch.WriterId, move, seq);
            }
        }

        if (before != 0 && before != batch.Moves.Count)
        {
            throw Mismatch(batch.WriterId, batch.Moves[0], stored.GetValueOrDefault(batch.Moves[0].Month));
        }

        return before == 0;
    }

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
}
