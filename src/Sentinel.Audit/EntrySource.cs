using Sentinel.Audit.Journal;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit;

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
    private long _stored;

    /// <summary>Goes on in the journal behind this place, and in the channel once that is read.</summary>
    public void Seek(long position)
    {
        _position = position;
        _reader = new JournalReader(journal!, position);
    }

    /// <summary>The store has had rows up to here.</summary>
    public void Stored(long position) => _stored = Math.Max(_stored, position);

    /// <summary>Takes what there is, until the batch is full.</summary>
    public void Take(TakenBatch batch)
    {
        while (!batch.IsFull && (_reader is null ? TakeFromChannel(batch) : TakeFromJournal(batch)))
        {
        }
    }

    private bool TakeFromChannel(TakenBatch batch)
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
            batch.Add(Unjournaled(queued.Entry));
        }
        else if (queued.Sequence == _next)
        {
            _next++;
            _position = queued.Position;
            batch.Add(new TakenRow(AuditRow.From(queued.Entry), _position, IsJournaled: true));
        }
        else if (queued.Sequence > _next)
        {
            Seek(_position);
        }

        return true;
    }

    private bool TakeFromJournal(TakenBatch batch)
    {
        // So that rows which only the channel has are not kept out by copies of those that the journal has.
        while (!batch.IsFull && channel.Reader.TryRead(out var queued))
        {
            if (queued.Sequence == 0)
            {
                batch.Add(Unjournaled(queued.Entry));
            }
        }

        if (batch.IsFull)
        {
            return true;
        }

        if (_reader!.TryReadRow(out var row, out var isOwn))
        {
            if (!isOwn || row.Position <= _stored)
            {
                // Of an earlier run, or written once and now to be written again.
                channel.Counters.Enqueued();
            }

            _next = isOwn ? row.Sequence + 1 : _next;
            _position = row.Position;
            batch.Add(new TakenRow(AuditRow.From(row.Entry), _position, IsJournaled: true));
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
