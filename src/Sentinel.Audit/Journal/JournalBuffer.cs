using System.Buffers.Binary;
using System.Text;

namespace Sentinel.Audit.Journal;

/// <summary>
/// One record under construction. Each thread has one, used and done with before it waits for anything.
/// </summary>
internal sealed class JournalBuffer
{
    private const int KeptBytesMax = 256 * 1024;

    [ThreadStatic]
    private static JournalBuffer? _own;

    private byte[] _bytes = new byte[4096];
    private int _length;

    /// <summary>This thread's buffer, with room for a record's header and nothing behind it.</summary>
    public static JournalBuffer Start()
    {
        var buffer = _own ??= new JournalBuffer();
        if (buffer._bytes.Length > KeptBytesMax)
        {
            buffer._bytes = new byte[4096];
        }

        buffer._length = JournalFormat.HeaderBytes;
        return buffer;
    }

    public Span<byte> Record => _bytes.AsSpan(0, _length);

    public uint PayloadChecksum => JournalFormat.Checksum(_bytes.AsSpan(JournalFormat.HeaderBytes.._length));

    public int PayloadBytes => _length - JournalFormat.HeaderBytes;

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void Long(long value) => BinaryPrimitives.WriteInt64LittleEndian(Reserve(sizeof(long)), value);

    public void Id(Guid value) => value.TryWriteBytes(Reserve(16));

    /// <summary>Nothing for null.</summary>
    public void Optional(long? value)
    {
        Byte((byte)(value is null ? 0 : 1));
        if (value is { } number)
        {
            Long(number);
        }
    }

    /// <summary>Its length plus one, then UTF-8; 0 for null. A lone surrogate becomes U+FFFD.</summary>
    public void Text(string? value)
    {
        if (value is null)
        {
            Byte(0);
            return;
        }

        var bytes = Encoding.UTF8.GetByteCount(value);
        Length(bytes + 1);
        Encoding.UTF8.GetBytes(value, Reserve(bytes));
    }

    /// <summary>Its length plus one, then the bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        Length(value.Length + 1);
        value.CopyTo(Reserve(value.Length));
    }

    private void Length(int value)
    {
        var rest = (uint)value;
        while (rest >= 0x80)
        {
            Byte((byte)(rest | 0x80));
            rest >>= 7;
        }

        Byte((byte)rest);
    }

    private Span<byte> Reserve(int bytes)
    {
        var start = _length;
        _length = checked(start + bytes);
        if (_length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_length, (int)Math.Min(2L * _bytes.Length, Array.MaxLength)));
        }

        return _bytes.AsSpan(start, bytes);
    }
}
