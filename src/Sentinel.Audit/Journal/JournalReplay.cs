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
    /// <summary>
    /// Ends when the store has everything; the journal stays where it is, for as long as segments are kept.
    /// </summary>
    /// <exception cref="AuditStoreException">Final: store and journal do not fit.</exception>
    public async Task<ReplayedJournal> RunAsync(int rowsMax, CancellationToken cancellationToken)
    {
        using var journal = AuditJournal.Open(folder, opening.Limits, opening.Disk, time, logger);
        var found = JournalRecovery.Run(journal);
        var position = await delivery.LoadAsync(folder.Id, cancellationToken) ?? 0;
        if (!journal.Reaches(position))
        {
            throw new AuditStoreException(
                StoreFailure.Final,
                $"The store has the journal {folder.Id} up to {position}, where the journal does not reach: it "
                + "was put back to an older state.");
        }

        var reader = new JournalReader(journal, position);
        var rows = new List<AuditRow>(rowsMax);
        var positions = new List<long>(rowsMax);
        var written = 0L;
        while (Fill(reader, rows, positions, rowsMax))
        {
            await delivery.DeliverAsync(rows.ToArray(), positions.ToArray(), cancellationToken);
            written += rows.Count;
        }

        return new ReplayedJournal(written, found, reader.Orphans);
    }

    private bool Fill(JournalReader reader, List<AuditRow> rows, List<long> positions, int rowsMax)
    {
        rows.Clear();
        positions.Clear();
        while (rows.Count < rowsMax && reader.TryReadRow(out var row, out _))
        {
            counters.Enqueued();
            rows.Add(AuditRow.From(row.Entry));
            positions.Add(row.Position);
        }

        return rows.Count > 0;
    }
}
