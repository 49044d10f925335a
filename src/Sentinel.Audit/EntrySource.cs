using Sentinel.Audit.Journal;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit;

/// <summary>A row in the writer's hands.</summary>
/// <param name="Row">The row.</param>
/// <param name="Position">How far the journal is stored with it.</param>
/// <param name="IsJournaled">Whether the journal has it, so that it can be read again.</param>
internal readonly record struct TakenRow(AuditRow Row, long Position, bool IsJournaled);

/// <summary>
/// Where the writer gets rows: the channel while it holds every row in turn, else the journal, oldest first.
/// </summary>
/// <remarks>
/// The journal is the truth and the channel a copy of its newest part. Rows are numbered: one that is missing in the
/// channel, because it was full, is read from the journal, and the copies of what was read there are passed over. Rows
/// that no journal holds have no number and are taken as they come.
/// </remarks>
internal sealed class EntrySource(AuditChannel channel, AuditJournal? journal)
{
    private JournalReader? _reader;
    private long _next = 1;
    private long _position;
    private long _counted;

    /// <summary>Goes on in the journal behind this place, and in the channel once that is read.</summary>
    public void Seek(long position)
    {
        _position = position;
        _reader = new JournalReader(journal!, position);
    }

    /// <summary>Takes what there is, up to so many rows.</summary>
    public void Take(List<TakenRow> rows, int rowsMax)
    {
        while (rows.Count < rowsMax && (_reader is null ? TakeFromChannel(rows) : TakeFromJournal(rows, rowsMax)))
        {
        }
    }

    private bool TakeFromChannel(List<TakenRow> rows)
    {
        if (!channel.Reader.TryRead(out var queued))
        {
            if (journal is null || journal.LastSequence < _next)
            {
                return false;
            }

            Seek(_position);
            return true;
        }

        if (queued.Sequence == 0)
        {
            rows.Add(Unjournaled(queued.Entry));
        }
        else if (queued.Sequence == _next)
        {
            _next++;
            _position = queued.Position;
            _counted = Math.Max(_counted, _position);
            rows.Add(new TakenRow(AuditRow.From(queued.Entry), _position, IsJournaled: true));
        }
        else if (queued.Sequence > _next)
        {
            Seek(_position);
        }

        return true;
    }

    private bool TakeFromJournal(List<TakenRow> rows, int rowsMax)
    {
        // So that rows which only the channel has are not kept out by copies of those that the journal has.
        while (rows.Count < rowsMax && channel.Reader.TryRead(out var queued))
        {
            if (queued.Sequence == 0)
            {
                rows.Add(Unjournaled(queued.Entry));
            }
        }

        if (rows.Count == rowsMax)
        {
            return true;
        }

        if (_reader!.TryReadRow(out var row, out var isOwn))
        {
            if (!isOwn || row.Position <= _counted)
            {
                // Of an earlier run, or counted as written once and now to be written again.
                channel.Counters.Enqueued();
            }

            _next = isOwn ? row.Sequence + 1 : _next;
            _position = row.Position;
            _counted = Math.Max(_counted, _position);
            rows.Add(new TakenRow(AuditRow.From(row.Entry), _position, IsJournaled: true));
            return true;
        }

        _next = Math.Max(_next, _reader.LastSequence + 1);
        if (journal!.LastSequence < _next)
        {
            _reader = null;
        }

        return true;
    }

    private TakenRow Unjournaled(AuditEntry entry) =>
        new(AuditRow.From(channel.MakeStorable(entry)), _position, IsJournaled: false);
}
