using System.Buffers.Binary;
using System.Text;

namespace Sentinel.Audit.Chain;

/// <summary>Bytes that grow, used again for every row of one writer or one verification.</summary>
internal sealed class CanonicalBuffer
{
    private const int BytesKept = 1024 * 1024;

    private byte[] _bytes = new byte[4096];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Makes it empty, and small again after a large row.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > BytesKept)
        {
            _bytes = new byte[4096];
        }
    }

    public void Append(byte value) => Reserve(1)[0] = value;

    public void Append(ReadOnlySpan<byte> value) => value.CopyTo(Reserve(value.Length));

    public void AppendBigEndian(int value) => BinaryPrimitives.WriteInt32BigEndian(Reserve(sizeof(int)), value);

    public void AppendBigEndian(long value) => BinaryPrimitives.WriteInt64BigEndian(Reserve(sizeof(long)), value);

    public void AppendUtf8(string value) =>
        Encoding.UTF8.GetBytes(value, Reserve(Encoding.UTF8.GetByteCount(value)));

    /// <summary>Writes a length into the four bytes that were left for it.</summary>
    public void SetBigEndian(int at, int value) =>
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(at, sizeof(int)), value);

    /// <summary>Takes back what was written from there on.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>The next bytes, for the caller to write.</summary>
    public Span<byte> Reserve(int length)
    {
        if (Length + length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + length));
        }

        var room = _bytes.AsSpan(Length, length);
        Length += length;
        return room;
    }
}
