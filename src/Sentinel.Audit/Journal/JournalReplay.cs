using Microsoft.Extensions.Logging;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit.Journal;

/// <summary>What a replay did.</summary>
/// <param name="Rows">Rows that the store did not have.</param>
/// <param name="Found">What was found in the journal.</param>
/// <param name="Orphans">Outcomes whose call is damaged, and of which no row could be made.</param>
internal sealed record ReplayedJournal(long Rows, RecoveredJournal Found, long Orphans);

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
        var found = recovery.End(await delivery.StoredAsync(recovery.Open, cancellationToken));
        var position = await delivery.LoadAsync(folder.Id, cancellationToken) ?? 0;
        if (!journal.Reaches(position))
        {
            throw new AuditStoreException(
                StoreFailure.Final,
                $"The store has the journal {folder.Id} up to {position}, where the journal does not reach: it "
                + "was put back to an older state.");
        }

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

        if (isToGo && written == 0)
        {
            journal.Remove();
        }

        return new ReplayedJournal(written, found, reader.Orphans);
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
