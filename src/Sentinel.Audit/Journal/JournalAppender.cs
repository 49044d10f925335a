namespace Sentinel.Audit.Journal;

/// <summary>Puts records at the end of a journal. Used under the journal's lock.</summary>
/// <param name="segments">The journal's segments.</param>
/// <param name="disk">Where they are.</param>
/// <param name="wake">Wakes the upkeep, when a segment is full.</param>
internal sealed class JournalAppender(SegmentList segments, JournalDisk disk, Action wake)
{
    /// <summary>Whether the journal takes no more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The number of the last row of this run.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Calls without an End.</summary>
    public int Open { get; private set; }

    /// <summary>Why the last append failed; null where it did not.</summary>
    public string? WriteFault { get; private set; }

    /// <summary>Whether the last call that came found no room.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Full segments that no flush has put on the disk.</summary>
    public List<JournalSegment> Unflushed { get; private set; } = [];

    /// <summary>Takes every row as it is written.</summary>
    public Action<QueuedEntry>? HandOver { get; set; }

    public void Close() => IsClosed = true;

    public List<JournalSegment> TakeUnflushed()
    {
        var taken = Unflushed;
        Unflushed = [];
        return taken;
    }

    /// <returns>False where the disk does not take it now.</returns>
    public bool TryEnd(JournalTicket ticket, AuditEntry entry)
    {
        if (ticket.Segment is not { } segment)
        {
            return true;
        }

        var buffer = JournalBuffer.Start();
        EntryFormat.WriteEnd(buffer, entry, ticket.Begin);
        var handedOver = ticket.IsCrashed ? null : entry;
        if (AppendRow(buffer.Record, RecordKind.End, buffer.PayloadChecksum, isReserved: true, handedOver)
            is not { } end)
        {
            return false;
        }

        Close(ticket);
        segment.LastEnd = Math.Max(segment.LastEnd, end);
        return true;
    }

    public void Hold(JournalTicket ticket, JournalSegment segment)
    {
        ticket.Segment = segment;
        segment.Open.Add(ticket);
        Open++;
    }

    /// <summary>The call needs no End any more.</summary>
    public void Close(JournalTicket ticket)
    {
        if (ticket.Segment?.Open.Remove(ticket) is true)
        {
            Open--;
        }

        ticket.Segment = null;
    }

    // Returns the place behind the row.
    public long? AppendRow(Span<byte> record, RecordKind kind, uint checksum, bool isReserved, AuditEntry? entry)
    {
        if (Append(record, kind, checksum, isReserved) is not { } start)
        {
            return null;
        }

        var end = start + record.Length;
        segments.Current!.LastRow = end;
        if (entry is not null)
        {
            HandOver?.Invoke(new QueuedEntry(entry, LastSequence, end));
        }

        return end;
    }

    // Returns the record's place. Under the lock.
    public long? Append(Span<byte> record, RecordKind kind, uint checksum, bool isReserved)
    {
        // An End takes from what was set aside for it; a copy of a Begin has its End still to come.
        var reserve = (kind, isReserved) switch
        {
            (RecordKind.Carried, _) => (long)Open * JournalFormat.EndBytesMax,
            (_, true) => 0,
            _ => (Open + 1L) * JournalFormat.EndBytesMax,
        };
        if (IsClosed || !segments.TryReserve(record.Length, reserve, isBounded: !isReserved))
        {
            IsFull = true;
            return null;
        }

        var current = segments.Current;
        if (current is null || current.Room < record.Length)
        {
            if (current is not null)
            {
                Unflushed.Add(current);
            }

            current = segments.Roll();
            wake();
        }

        var isRow = kind is RecordKind.End or RecordKind.Whole;
        JournalFormat.WriteHeader(record, kind, LastSequence + (isRow ? 1 : 0), checksum);
        try
        {
            disk.Write(current.File, record, current.End);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What was written of it lies behind the end, where the next record overwrites it.
            WriteFault = exception.Message;
            return null;
        }

        WriteFault = null;
        IsFull &= isReserved;
        LastSequence += isRow ? 1 : 0;
        var place = JournalPosition.Of(current.Number, current.End);
        current.End += record.Length;
        return place;
    }

    /// <summary>Copies the Begins of open calls forward, so that one long call does not hold a segment.</summary>
    public bool TryCarry(JournalSegment segment)
    {
        foreach (var ticket in segment.Open.ToArray())
        {
            byte[]? record;
            try
            {
                record = JournalReader.ReadRecord(segment, JournalPosition.Offset(ticket.Begin));
            }
            catch (IOException)
            {
                return false;
            }

            if (record is null)
            {
                Close(ticket);
                continue;
            }

            var checksum = JournalFormat.Checksum(record.AsSpan(JournalFormat.HeaderBytes));
            if (Append(record, RecordKind.Carried, checksum, isReserved: true) is not { } copy)
            {
                return false;
            }

            segment.Open.Remove(ticket);
            ticket.Begin = copy;
            ticket.Segment = segments.Current;
            ticket.Segment!.Open.Add(ticket);
        }

        return true;
    }
}
