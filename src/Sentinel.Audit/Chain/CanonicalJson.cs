using System.Text.Json;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit.Chain;

/// <summary>Writes JSON in the one form that every store's copy of it comes to.</summary>
/// <remarks>
/// PostgreSQL's jsonb sorts keys, keeps the last of two equal ones, and spells strings and numbers anew; SQLite keeps
/// the text. Here keys are sorted by their bytes, of equal ones the last is kept, strings escape only what they must,
/// and numbers are as <see cref="CanonicalNumber"/> has them.
/// </remarks>
internal sealed class CanonicalJson
{
    // Beyond what is ever stored, and within any thread's stack.
    private const int DepthMax = 512;

    private const int StackBytesMax = 512;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = DepthMax };

    private readonly List<Member> _members = [];
    private readonly KeyOrder _order = new();

    /// <exception cref="JsonException">These bytes are no JSON, or nested beyond what is ever stored.</exception>
    public void Write(ReadOnlySpan<byte> json, CanonicalBuffer buffer)
    {
        _members.Clear();
        var reader = new Utf8JsonReader(json, Options);
        reader.Read();
        WriteValue(ref reader, buffer);
        reader.Read();
    }

    private void WriteValue(ref Utf8JsonReader reader, CanonicalBuffer buffer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                WriteObject(ref reader, buffer);
                break;
            case JsonTokenType.StartArray:
                WriteArray(ref reader, buffer);
                break;
            case JsonTokenType.String:
                WriteString(ref reader, buffer);
                break;
            case JsonTokenType.Number when !JsonNumbers.IsStorable(reader.ValueSpan):
                // Its exponent could overflow, or take all memory to write out.
                throw new JsonException("A number that is never stored as one.");
            case JsonTokenType.Number:
                CanonicalNumber.Write(reader.ValueSpan, buffer);
                break;
            default:
                buffer.Append(reader.ValueSpan);
                break;
        }
    }

    private void WriteArray(ref Utf8JsonReader reader, CanonicalBuffer buffer)
    {
        buffer.Append((byte)'[');
        var isFirst = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!isFirst)
            {
                buffer.Append((byte)',');
            }

            isFirst = false;
            WriteValue(ref reader, buffer);
        }

        buffer.Append((byte)']');
    }

    // Members are written as they come, and laid in order afterwards where they were not.
    private void WriteObject(ref Utf8JsonReader reader, CanonicalBuffer buffer)
    {
        var first = _members.Count;
        var isInOrder = true;
        buffer.Append((byte)'{');
        var start = buffer.Length;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (_members.Count > first)
            {
                buffer.Append((byte)',');
            }

            var at = buffer.Length;
            WriteString(ref reader, buffer);
            var keyLength = buffer.Length - at;
            buffer.Append((byte)':');
            reader.Read();
            WriteValue(ref reader, buffer);
            _members.Add(new Member(at - start, keyLength, buffer.Length - at));
            isInOrder = isInOrder
                && (_members.Count == first + 1 || Compare(buffer.Written[start..], _members[^2], _members[^1]) < 0);
        }

        if (!isInOrder)
        {
            Order(first, start, buffer);
        }

        _members.RemoveRange(first, _members.Count - first);
        buffer.Append((byte)'}');
    }

    private void Order(int first, int start, CanonicalBuffer buffer)
    {
        _order.Take(buffer.Written[start..]);
        _members.Sort(first, _members.Count - first, _order);
        buffer.Truncate(start);
        for (var i = first; i < _members.Count; i++)
        {
            var member = _members[i];
            if (i + 1 < _members.Count && _order.IsSameKey(member, _members[i + 1]))
            {
                continue;
            }

            if (buffer.Length > start)
            {
                buffer.Append((byte)',');
            }

            buffer.Append(_order.Text(member));
        }

        _order.Clear();
    }

    private static int Compare(ReadOnlySpan<byte> source, Member left, Member right) =>
        source.Slice(left.At, left.KeyLength).SequenceCompareTo(source.Slice(right.At, right.KeyLength));

    private static void WriteString(ref Utf8JsonReader reader, CanonicalBuffer buffer)
    {
        buffer.Append((byte)'"');
        if (reader.ValueIsEscaped)
        {
            var length = reader.ValueSpan.Length;
            var unescaped = length <= StackBytesMax ? stackalloc byte[StackBytesMax] : new byte[length];
            Escape(unescaped[..reader.CopyString(unescaped)], buffer);
        }
        else
        {
            buffer.Append(reader.ValueSpan);
        }

        buffer.Append((byte)'"');
    }

    private static void Escape(ReadOnlySpan<byte> text, CanonicalBuffer buffer)
    {
        foreach (var value in text)
        {
            switch (value)
            {
                case (byte)'"' or (byte)'\\':
                    buffer.Append((byte)'\\');
                    buffer.Append(value);
                    break;
                case < 0x20:
                    buffer.Append("\\u00"u8);
                    buffer.Append((byte)(value < 0x10 ? '0' : '1'));
                    buffer.Append("0123456789abcdef"u8[value & 0xF]);
                    break;
                default:
                    buffer.Append(value);
                    break;
            }
        }
    }

    /// <param name="At">Where its key begins, from the object's first.</param>
    /// <param name="KeyLength">The key with its quotes.</param>
    /// <param name="Length">All of it.</param>
    private readonly record struct Member(int At, int KeyLength, int Length);

    // Objects within an object are in order before it is, so that one copy at a time is enough.
    private sealed class KeyOrder : IComparer<Member>
    {
        private const int BytesKept = 64 * 1024;

        private byte[] _source = new byte[1024];

        public void Take(ReadOnlySpan<byte> members)
        {
            if (_source.Length < members.Length)
            {
                _source = new byte[Math.Max(2 * _source.Length, members.Length)];
            }

            members.CopyTo(_source);
        }

        public ReadOnlySpan<byte> Text(Member member) => _source.AsSpan(member.At, member.Length);

        public bool IsSameKey(Member left, Member right) => CanonicalJson.Compare(_source, left, right) == 0;

        // Of equal keys the later one comes last, and is the one that is kept.
        public int Compare(Member left, Member right)
        {
            var order = CanonicalJson.Compare(_source, left, right);
            return order != 0 ? order : left.At.CompareTo(right.At);
        }

        /// <summary>Makes it small again after a large object.</summary>
        public void Clear()
        {
            if (_source.Length > BytesKept)
            {
                _source = new byte[1024];
            }
        }
    }
}
