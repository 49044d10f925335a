using System.Buffers.Binary;
using System.Text;

namespace Sentinel.Audit.Stores;

/// <summary>Takes rows in PostgreSQL's binary COPY format; the fields' order is the caller's.</summary>
/// <remarks>One array, which grows to the largest row. Numbers are big-endian, and lengths come first.</remarks>
internal sealed class CopyBuffer
{
    private const int NullLength = -1;

    private const byte JsonbVersion = 1;

    private byte[] _bytes = new byte[2 * FlushBytes];

    /// <summary>From how many bytes on it is worth sending.</summary>
    public const int FlushBytes = 128 * 1024;

    /// <summary>How many bytes wait to be sent.</summary>
    public int Length { get; private set; }

    /// <summary>Whether a row made it larger than what is worth keeping.</summary>
    public bool IsLarge => _bytes.Length > 8 * FlushBytes;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Forgets what was sent.</summary>
    public void Clear() => Length = 0;

    /// <summary>What a COPY begins with.</summary>
    public void Header()
    {
        ReadOnlySpan<byte> signature = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8];
        // Then four bytes of flags and four that say how long an extension is: there is neither.
        var target = Take(signature.Length + 8);
        signature.CopyTo(target);
        target[signature.Length..].Clear();
    }

    /// <summary>What a COPY ends with.</summary>
    public void Trailer() => BinaryPrimitives.WriteInt16BigEndian(Take(2), -1);

    public void StartRow(int fields) => BinaryPrimitives.WriteInt16BigEndian(Take(2), (short)fields);

    public void Null() => BinaryPrimitives.WriteInt32BigEndian(Take(4), NullLength);

    public void Uuid(Guid value)
    {
        var target = Take(4 + 16);
        BinaryPrimitives.WriteInt32BigEndian(target, 16);
        value.TryWriteBytes(target[4..], bigEndian: true, out _);
    }

    public void Long(long value)
    {
        var target = Take(4 + sizeof(long));
        BinaryPrimitives.WriteInt32BigEndian(target, sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(target[4..], value);
    }

    public void Long(long? value)
    {
        if (value is { } number)
        {
            Long(number);
        }
        else
        {
            Null();
        }
    }

    public void Int(int? value)
    {
        if (value is { } number)
        {
            var target = Take(4 + sizeof(int));
            BinaryPrimitives.WriteInt32BigEndian(target, sizeof(int));
            BinaryPrimitives.WriteInt32BigEndian(target[4..], number);
        }
        else
        {
            Null();
        }
    }

    public void Text(string? value)
    {
        if (value is null)
        {
            Null();
            return;
        }

        Reserve(4 + Encoding.UTF8.GetMaxByteCount(value.Length));
        var length = Encoding.UTF8.GetBytes(value, _bytes.AsSpan(Length + 4));
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(Length), length);
        Length += 4 + length;
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        var target = Take(4 + value.Length);
        BinaryPrimitives.WriteInt32BigEndian(target, value.Length);
        value.CopyTo(target[4..]);
    }

    /// <summary>UTF-8 JSON, or empty for NULL.</summary>
    public void Jsonb(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            Null();
            return;
        }

        var target = Take(4 + 1 + json.Length);
        BinaryPrimitives.WriteInt32BigEndian(target, 1 + json.Length);
        target[4] = JsonbVersion;
        json.CopyTo(target[5..]);
    }

    private Span<byte> Take(int length)
    {
        Reserve(length);
        var target = _bytes.AsSpan(Length, length);
        Length += length;
        return target;
    }

    private void Reserve(int length)
    {
        if (_bytes.Length - Length < length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, Length + length));
        }
    }
}
