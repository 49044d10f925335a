using Microsoft.Extensions.Logging;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit.Journal;

/// <summary>What a replay did.</summary>
/// <param name="Rows">Rows that the store did not have.</param>
/// <param name="Found">What was found in the journal.</param>
/// <param name="Orphans">Outcomes whose call is damaged, and of which no row could be made.</param>
/// <param name="IsWhole">Whether every call in it had its outcome, and none is damaged.</param>
internal sealed record ReplayedJournal(long Rows, RecoveredJournal Found, long Orphans, bool IsWhole);

/// <summary>Writes what a journal whose gateway is gone still holds, under that journal's own id.</summary>
internal sealed class JournalReplay(
    JournalFolder folder,
    JournalOpening opening,
    BatchDelivery delivery,
    AuditCounters counters,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>Ends when the store has everything.</summary>
    /// <param name="rowsMax">Rows of one transaction.</param>
    /// <param name="isToGo">Whether the journal is removed, if the store already had everything.</param>
    /// <param name="cancellationToken">Gives up; what is stored by then stays so, once.</param>
    /// <exception cref="AuditStoreException">Final: store and journal do not fit.</exception>
    public async Task<ReplayedJournal> RunAsync(int rowsMax, bool isToGo, CancellationToken cancellationToken)
    {
        using var journal = AuditJournal.Open(folder, opening.Limits, opening.Disk, time, logger);
        var recovery = new JournalRecovery(journal);
        var position = await delivery.LoadAsync(folder.Id, cancellationToken) ?? 0;
        if (!journal.Reaches(position))
        {
            throw new AuditStoreException(
                StoreFailure.Final,
                $"The store has the journal {folder.Id} up to {position}, where the journal does not reach: it "
                + "was put back to an older state.");
        }

        // Only now that no batch of an earlier run is on its way any more.
        var found = recovery.End(await delivery.StoredAsync(recovery.Open, cancellationToken));
        var reader = new JournalReader(journal, position);
        var written = 0L;
        var next = Take(reader, rowsMax);
        while (next.Count > 0)
        {
            var batch = next;
            await delivery.DeliverAsync(batch, cancellationToken, meanwhile: () =>
            {
                next = Take(reader, rowsMax);
                if (next.Count > 0)
                {
                    delivery.Prepare(next);
                }
            });
            written += batch.Count;
        }

        // Outcomes that the disk did not take yet, and what was lost, are a reason to keep it.
        var isWhole = found is { Crashed: 0, MissingRows: 0 } && reader.Orphans == 0;
        if (isToGo && isWhole && written == 0)
        {
            journal.Remove();
        }

        return new ReplayedJournal(written, found, reader.Orphans, isWhole);
    }

    private TakenBatch Take(JournalReader reader, int rowsMax)
    {
        var batch = new TakenBatch(rowsMax, hasJournal: true);
        while (!batch.IsFull && reader.TryReadRow(out var row, out _))
        {
            counters.Enqueued();
            batch.Add(new TakenRow(AuditRow.From(row.Entry), row.Position, IsJournaled: true));
        }

        return batch;
    }
}
