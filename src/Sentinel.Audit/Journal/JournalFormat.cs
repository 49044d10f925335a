using System.Buffers.Binary;
using System.Numerics;

namespace Sentinel.Audit.Journal;

/// <summary>What a record of the journal tells.</summary>
internal enum RecordKind : byte
{
    /// <summary>A call is about to be forwarded: everything but its outcome.</summary>
    Begin = 1,

    /// <summary>A copy of a Begin whose call is open still, so that the segment of the first may go.</summary>
    Carried = 2,

    /// <summary>The outcome of a call, and where its Begin is. One row.</summary>
    End = 3,

    /// <summary>A call that was never begun, with its outcome. One row.</summary>
    Whole = 4,
}

/// <summary>A record's header, read and found sound.</summary>
/// <param name="Kind">What it tells.</param>
/// <param name="Sequence">Of a row its number in this run of the gateway; of others the number of the last row.</param>
/// <param name="PayloadBytes">What follows the header.</param>
internal readonly record struct RecordHeader(RecordKind Kind, long Sequence, int PayloadBytes)
{
    public int Bytes => JournalFormat.HeaderBytes + PayloadBytes;

    public bool IsRow => Kind is RecordKind.End or RecordKind.Whole;
}

/// <summary>The bytes around payloads: headers of segments and records, checksums.</summary>
/// <remarks>
/// Record: mark (4), payload bytes (4), kind (1), 0 (3), sequence (8), CRC-32C (4) of the payload and then of what
/// lies between mark and checksum. The payload's part is computed before the lock is taken, the rest under it.
/// Segment: magic (8), version (4), number (4), journal id (16), 0 (28), CRC-32C (4). All little-endian.
/// </remarks>
internal static class JournalFormat
{
    public const int Version = 1;
    public const int HeaderBytes = 24;
    public const int SegmentHeaderBytes = 64;

    /// <summary>No End is longer, so that room for it can be set aside when its call begins.</summary>
    public const int EndBytesMax = 4096;

    private const int CheckedStart = 4;
    private const int CheckedEnd = 20;

    // 0xF5 occurs in no UTF-8 text, and so in no payload's text.
    private static ReadOnlySpan<byte> Mark => [0xF5, (byte)'S', (byte)'J', 0x01];

    private static ReadOnlySpan<byte> Magic => "SENTJRNL"u8;

    public static uint Checksum(ReadOnlySpan<byte> bytes, uint seed = uint.MaxValue)
    {
        var crc = seed;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return crc;
    }

    /// <summary>Fills the header in front of a payload.</summary>
    /// <param name="record">Header and payload.</param>
    /// <param name="kind">What it tells.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="payloadChecksum"><see cref="Checksum"/> of the payload.</param>
    public static void WriteHeader(Span<byte> record, RecordKind kind, long sequence, uint payloadChecksum)
    {
        Mark.CopyTo(record);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], record.Length - HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], (uint)kind);
        BinaryPrimitives.WriteInt64LittleEndian(record[12..], sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(
            record[CheckedEnd..], Checksum(record[CheckedStart..CheckedEnd], payloadChecksum));
    }

    /// <summary>Reads the record that starts here.</summary>
    /// <returns>
    /// Null for no sound record; <paramref name="bytesNeeded"/> is then how many bytes would decide it, 0 where these
    /// do.
    /// </returns>
    public static RecordHeader? ReadRecord(ReadOnlySpan<byte> bytes, out int bytesNeeded)
    {
        bytesNeeded = 0;
        if (!bytes[..Math.Min(bytes.Length, Mark.Length)].SequenceEqual(Mark[..Math.Min(bytes.Length, Mark.Length)]))
        {
            return null;
        }

        if (bytes.Length < HeaderBytes)
        {
            bytesNeeded = HeaderBytes;
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        var kind = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (length < 0 || length > int.MaxValue - HeaderBytes || kind is 0 or > (uint)RecordKind.Whole)
        {
            return null;
        }

        if (bytes.Length < HeaderBytes + length)
        {
            bytesNeeded = HeaderBytes + length;
            return null;
        }

        var checksum = Checksum(bytes[CheckedStart..CheckedEnd], Checksum(bytes.Slice(HeaderBytes, length)));
        return checksum == BinaryPrimitives.ReadUInt32LittleEndian(bytes[CheckedEnd..])
            ? new RecordHeader((RecordKind)kind, BinaryPrimitives.ReadInt64LittleEndian(bytes[12..]), length)
            : null;
    }

    /// <summary>
    /// Where a record might start next; the end of the bytes, less what a mark could have begun with.
    /// </summary>
    public static int FindMark(ReadOnlySpan<byte> bytes)
    {
        var found = bytes.IndexOf(Mark);
        return found >= 0 ? found : Math.Max(0, bytes.Length - Mark.Length + 1);
    }

    public static void WriteSegmentHeader(Span<byte> header, int number, Guid journalId)
    {
        header[..SegmentHeaderBytes].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], number);
        journalId.TryWriteBytes(header[16..]);
        BinaryPrimitives.WriteUInt32LittleEndian(
            header[(SegmentHeaderBytes - 4)..], Checksum(header[..(SegmentHeaderBytes - 4)]));
    }

    /// <summary>The version of a segment; null where these bytes begin none.</summary>
    public static int? ReadSegmentVersion(ReadOnlySpan<byte> header) =>
        header.Length >= 12 && header.StartsWith(Magic) ? BinaryPrimitives.ReadInt32LittleEndian(header[8..]) : null;

    /// <summary>Whether these bytes begin a segment of this version, journal and number.</summary>
    public static bool IsSegmentHeader(ReadOnlySpan<byte> header, int number, Guid journalId)
    {
        Span<byte> expected = stackalloc byte[SegmentHeaderBytes];
        WriteSegmentHeader(expected, number, journalId);
        return header.StartsWith(expected);
    }
}
