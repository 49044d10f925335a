using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sentinel.Gateway.Mcp;

/// <summary>
/// Passes over the rest of a JSON string, object or array as it streams by, 64 bytes at a time, whatever the split
/// points.
/// </summary>
internal struct JsonSkipper
{
    // One where the next byte is escaped by the one before.
    private ulong _carry;

    // All ones inside a string, zero outside.
    private ulong _inString;
    private long _depth;

    /// <summary>Whether an object or array is being passed over.</summary>
    public readonly bool IsInContainer => _depth > 0;

    /// <summary>Begins after an opening bracket or brace.</summary>
    public void BeginContainer()
    {
        _depth = 1;
        _inString = 0;
        _carry = 0;
    }

    /// <summary>Begins after an opening quote.</summary>
    public void BeginString() => _carry = 0;

    public void Reset() => this = default;

    /// <summary>Reads on to the end of the bytes or past the quote that ends the string.</summary>
    /// <returns>How many bytes were read.</returns>
    public int SkipString(ReadOnlySpan<byte> bytes, out bool isEnd)
    {
        isEnd = false;
        var at = 0;
        if (_carry == 0)
        {
            // Most strings are short or without escapes.
            at = bytes.IndexOfAny((byte)'"', (byte)'\\');
            if (at < 0)
            {
                return bytes.Length;
            }

            if (bytes[at] == '"')
            {
                isEnd = true;
                return at + 1;
            }
        }

        ref var start = ref MemoryMarshal.GetReference(bytes);
        for (; bytes.Length - at >= ByteBlock.Length; at += ByteBlock.Length)
        {
            var block = ByteBlock.Read(ref Unsafe.Add(ref start, at));
            var quotes = block.Quotes & ~block.Escaped(ref _carry);
            if (quotes != 0)
            {
                isEnd = true;
                return at + BitOperations.TrailingZeroCount(quotes) + 1;
            }
        }

        if (at == bytes.Length)
        {
            return at;
        }

        var rest = ByteBlock.ReadLast(bytes, at);
        var escaped = rest.Escaped(ref _carry);
        var lastQuotes = rest.Quotes & ~escaped;
        if (lastQuotes != 0)
        {
            isEnd = true;
            return at + BitOperations.TrailingZeroCount(lastQuotes) + 1;
        }

        _carry = (escaped >> (bytes.Length - at)) & 1;
        return bytes.Length;
    }

    /// <summary>Reads on to the end of the bytes or past the bracket or brace that ends the object or array.</summary>
    /// <returns>How many bytes were read.</returns>
    public int SkipContainer(ReadOnlySpan<byte> bytes)
    {
        ref var start = ref MemoryMarshal.GetReference(bytes);
        var at = 0;
        for (; bytes.Length - at >= ByteBlock.Length; at += ByteBlock.Length)
        {
            var end = Skip(ByteBlock.Read(ref Unsafe.Add(ref start, at)), out _);
            if (end != 0)
            {
                return at + end;
            }
        }

        if (at < bytes.Length)
        {
            var end = Skip(ByteBlock.ReadLast(bytes, at), out var escaped);
            if (end != 0)
            {
                return at + end;
            }

            _carry = (escaped >> (bytes.Length - at)) & 1;
        }

        return bytes.Length;
    }

    // How far the container reaches into the block; zero where it does not end there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Skip(in ByteBlock block, out ulong escaped)
    {
        escaped = block.Escaped(ref _carry);
        var inString = ByteBlock.InsideStrings(block.Quotes & ~escaped) ^ _inString;
        _inString = (ulong)((long)inString >> 63);
        var opens = block.Opens & ~inString;
        var closes = block.Closes & ~inString;
        var closeCount = BitOperations.PopCount(closes);
        if (closeCount >= _depth)
        {
            return Walk(opens, closes);
        }

        _depth += BitOperations.PopCount(opens) - closeCount;
        return 0;
    }

    private int Walk(ulong opens, ulong closes)
    {
        for (var brackets = opens | closes; brackets != 0; brackets &= brackets - 1)
        {
            var at = BitOperations.TrailingZeroCount(brackets);
            _depth += ((closes >> at) & 1) == 0 ? 1 : -1;
            if (_depth == 0)
            {
                return at + 1;
            }
        }

        return 0;
    }
}
