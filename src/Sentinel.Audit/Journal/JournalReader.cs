using System.Diagnostics.CodeAnalysis;

namespace Sentinel.Audit.Journal;

/// <summary>Reads a journal's records in order, from any place between two of them. Not for several threads.</summary>
/// <remarks>What is damaged is passed over: reading goes on with the next sound record.</remarks>
internal sealed class JournalReader(AuditJournal journal, long position)
{
    private byte[] _buffer = new byte[256 * 1024];
    private JournalSegment? _segment;
    private long _bufferStart;
    private int _buffered;

    /// <summary>The place behind the last record read.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Bytes passed over that were no sound record, and not just empty.</summary>
    public long DamagedBytes { get; private set; }

    /// <summary>The next record; its payload is good until the next call.</summary>
    /// <param name="start">The record's place.</param>
    /// <param name="header">The record's header.</param>
    /// <param name="payload">What it holds.</param>
    /// <returns>False at the end of what has been written.</returns>
    public bool TryRead(out long start, out RecordHeader header, out ReadOnlySpan<byte> payload)
    {
        while (MoveToSegment())
        {
            var offset = Math.Max(JournalPosition.Offset(Position), JournalFormat.SegmentHeaderBytes);
            while (offset < _segment.End)
            {
                var bytes = Window(offset, JournalFormat.HeaderBytes);
                var found = JournalFormat.ReadRecord(bytes, out var needed);
                if (found is null && needed > 0 && needed <= _segment.End - offset)
                {
                    bytes = Window(offset, needed);
                    found = JournalFormat.ReadRecord(bytes, out _);
                }

                if (found is { } sound)
                {
                    start = JournalPosition.Of(_segment.Number, offset);
                    header = sound;
                    payload = bytes.Slice(JournalFormat.HeaderBytes, sound.PayloadBytes);
                    Position = start + sound.Bytes;
                    return true;
                }

                offset += Skip(bytes, offset);
            }

            // Not the segment's end as it is now: records may have been added since the loop looked.
            Position = JournalPosition.Of(_segment.Number, offset);
            if (!_segment.IsSealed || journal.SegmentFrom(_segment.Number + 1) is not { } next)
            {
                break;
            }

            // Looked at again once it is known to be sealed, for a record may have been its last.
            if (offset < _segment.End)
            {
                continue;
            }

            Position = JournalPosition.Of(next.Number, 0);
        }

        start = 0;
        header = default;
        payload = default;
        return false;
    }

    /// <summary>The next row, put together from its End and the Begin it refers to.</summary>
    /// <param name="row">The entry and its place.</param>
    /// <param name="isOwn">Whether this run of the gateway wrote it, so that its number counts.</param>
    /// <returns>False at the end of what has been written.</returns>
    public bool TryReadRow(out QueuedEntry row, out bool isOwn)
    {
        while (TryRead(out var start, out var header, out var payload))
        {
            isOwn = JournalPosition.Segment(start) >= journal.FirstOwnSegment;
            LastSequence = isOwn ? header.Sequence : 0;
            if (header.Kind == RecordKind.Whole)
            {
                row = new QueuedEntry(EntryFormat.ReadWhole(payload), header.Sequence, Position);
                return true;
            }

            if (header.Kind == RecordKind.End)
            {
                var (begin, requestId) = EntryFormat.ReadReference(payload);
                var begun = ReadBegin(begin);
                if (!begun.IsEmpty && EntryFormat.ReadRequestId(begun) == requestId)
                {
                    row = new QueuedEntry(EntryFormat.Read(begun, payload), header.Sequence, Position);
                    return true;
                }

                Orphans++;
            }
        }

        (row, isOwn) = (default, false);
        return false;
    }

    /// <summary>The number of the last row of this run that was read or passed over.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Outcomes whose Begin is damaged: of these calls no row can be made.</summary>
    public long Orphans { get; private set; }

    /// <summary>A whole record, header included; null where none is sound there.</summary>
    public static byte[]? ReadRecord(JournalSegment segment, long offset)
    {
        var bytes = new byte[4096];
        var read = Read(segment, offset, bytes);
        var header = JournalFormat.ReadRecord(bytes.AsSpan(0, read), out var needed);
        if (header is null && needed > 0 && needed <= segment.End - offset)
        {
            bytes = new byte[needed];
            read = Read(segment, offset, bytes);
            header = JournalFormat.ReadRecord(bytes.AsSpan(0, read), out _);
        }

        return header is { } sound ? bytes[..sound.Bytes] : null;
    }

    // The payload of the Begin that is there; empty where none is sound.
    private ReadOnlySpan<byte> ReadBegin(long begin)
    {
        if (_segment is not null && JournalPosition.Segment(begin) == _segment.Number)
        {
            // Mostly it stands shortly before its End, among what is in memory.
            var at = JournalPosition.Offset(begin) - _bufferStart;
            if (at >= 0 && at < _buffered
                && JournalFormat.ReadRecord(_buffer.AsSpan((int)at.._buffered), out _) is { } near)
            {
                return _buffer.AsSpan((int)at + JournalFormat.HeaderBytes, near.PayloadBytes);
            }
        }

        var segment = journal.SegmentFrom(JournalPosition.Segment(begin));
        return segment?.Number == JournalPosition.Segment(begin)
            && ReadRecord(segment, JournalPosition.Offset(begin)) is { } record
            ? record.AsSpan(JournalFormat.HeaderBytes)
            : [];
    }

    [MemberNotNullWhen(true, nameof(_segment))]
    private bool MoveToSegment()
    {
        var number = JournalPosition.Segment(Position);
        if (_segment?.Number != number)
        {
            _segment = journal.SegmentFrom(number);
            _buffered = 0;
            if (_segment is not null && _segment.Number != number)
            {
                Position = JournalPosition.Of(_segment.Number, 0);
            }
        }

        return _segment is not null;
    }

    // The bytes from an offset on, as many as are wanted or as there are.
    private ReadOnlySpan<byte> Window(long offset, int wanted)
    {
        var at = offset - _bufferStart;
        if (at < 0 || at + Math.Min(wanted, _segment!.End - offset) > _buffered)
        {
            if (_buffer.Length < wanted)
            {
                _buffer = new byte[wanted];
            }

            _bufferStart = offset;
            _buffered = Read(_segment!, offset, _buffer);
            at = 0;
        }

        return _buffer.AsSpan((int)at.._buffered);
    }

    private int Skip(ReadOnlySpan<byte> bytes, long offset)
    {
        if (bytes.IsEmpty)
        {
            return (int)Math.Min(int.MaxValue, _segment!.End - offset);
        }

        // From the second byte on: at the first there is no record.
        var skipped = 1 + JournalFormat.FindMark(bytes[1..]);
        if (bytes[..skipped].ContainsAnyExcept((byte)0))
        {
            DamagedBytes += skipped;
        }

        return skipped;
    }

    private static int Read(JournalSegment segment, long offset, byte[] buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, segment.End - offset);
        var read = 0;
        while (read < wanted
            && RandomAccess.Read(segment.File, buffer.AsSpan(read, wanted - read), offset + read) is > 0 and var more)
        {
            read += more;
        }

        return read;
    }
}
