using System.Runtime.CompilerServices;

namespace Sentinel.Audit.Reading;

/// <summary>Follows what is recorded, and misses no row however late it is committed.</summary>
/// <remarks>
/// Ids and times say nothing about commits: a row with a small one can appear after a row with a large one. A writer's
/// own numbers do, because it commits its batches one after the other and moves its checkpoint with them. So this
/// remembers one number for each writer and month, and reads what lies between it and the checkpoint. What the
/// checkpoint says is there: rows are read after it.
/// </remarks>
public sealed class AuditTail(IAuditReader reader)
{
    private readonly Dictionary<AuditWriterMonth, long> _seen = [];

    /// <summary>Goes on from here: what is stored by now counts as seen.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await foreach (var checkpoint in reader.ReadCheckpointsAsync(cancellationToken))
        {
            _seen[checkpoint.Writer] = checkpoint.Seq;
        }
    }

    /// <summary>Whether the next step brings this row, so that it need not be shown yet.</summary>
    public bool IsAhead(StoredRow row) =>
        ChainOf(row) is { } writer && row.Seq > _seen.GetValueOrDefault(writer);

    /// <summary>What was stored since, writer by writer, or together where it fits, in the order of ids.</summary>
    /// <remarks>
    /// A step that fails can be taken again. A store that was put back shows its writer's rows again rather than none.
    /// Rows without a writer and a number, which no gateway writes, are not seen.
    /// </remarks>
    /// <param name="filter">Which of them; its order, cursor and limit do not count.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<StoredRow> StepAsync(
        AuditQuery filter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var spans = new List<AuditSpan>();
        await foreach (var checkpoint in reader.ReadCheckpointsAsync(cancellationToken))
        {
            var seen = _seen.GetValueOrDefault(checkpoint.Writer);
            if (checkpoint.Seq > seen)
            {
                spans.Add(new AuditSpan(checkpoint.Writer, seen, checkpoint.Seq));
            }

            _seen[checkpoint.Writer] = Math.Min(seen, checkpoint.Seq);
        }

        foreach (var part in spans.Chunk(SpanSql.SpansMax))
        {
            await foreach (var row in reader.ReadSpansAsync(part, filter, cancellationToken))
            {
                if (ChainOf(row) is { } writer)
                {
                    _seen[writer] = Math.Max(_seen.GetValueOrDefault(writer), row.Seq ?? 0);
                }

                yield return row;
            }

            foreach (var span in part)
            {
                _seen[span.Writer] = span.Last;
            }
        }
    }

    private static AuditWriterMonth? ChainOf(StoredRow row) => row is { JournalId: { } journal, Seq: not null }
        ? new AuditWriterMonth(journal, new DateOnly(row.Timestamp.Year, row.Timestamp.Month, 1))
        : null;
}
