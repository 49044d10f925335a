using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sentinel.Gateway.Mcp;

/// <summary>Where JSON's structure lies in 64 bytes: one bit for each byte, the first byte's the lowest.</summary>
/// <param name="Quotes">The quotes, escaped or not.</param>
/// <param name="Backslashes">The backslashes.</param>
/// <param name="Opens">Opening brackets and braces.</param>
/// <param name="Closes">Closing brackets and braces.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ByteBlock(ulong Quotes, ulong Backslashes, ulong Opens, ulong Closes)
{
    public const int Length = 64;

    // Bracket and brace differ in one bit: with it set, one comparison finds both.
    private const byte BraceBit = 0x20;

    /// <summary>Reads 64 bytes with the widest vectors of the machine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteBlock Read(ref byte bytes)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return ReadBy512(ref bytes);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            return ReadBy256(ref bytes);
        }

        return Vector128.IsHardwareAccelerated ? ReadBy128(ref bytes) : ReadByByte(ref bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ByteBlock ReadBy512(ref byte bytes)
    {
        var all = Vector512.LoadUnsafe(ref bytes);
        var braces = all | Vector512.Create(BraceBit);
        return new ByteBlock(
            Vector512.Equals(all, Vector512.Create((byte)'"')).ExtractMostSignificantBits(),
            Vector512.Equals(all, Vector512.Create((byte)'\\')).ExtractMostSignificantBits(),
            Vector512.Equals(braces, Vector512.Create((byte)'{')).ExtractMostSignificantBits(),
            Vector512.Equals(braces, Vector512.Create((byte)'}')).ExtractMostSignificantBits());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ByteBlock ReadBy256(ref byte bytes)
    {
        var low = Vector256.LoadUnsafe(ref bytes);
        var high = Vector256.LoadUnsafe(ref bytes, 32);
        var lowBraces = low | Vector256.Create(BraceBit);
        var highBraces = high | Vector256.Create(BraceBit);
        return new ByteBlock(
            Bits(low, high, (byte)'"'),
            Bits(low, high, (byte)'\\'),
            Bits(lowBraces, highBraces, (byte)'{'),
            Bits(lowBraces, highBraces, (byte)'}'));

        static ulong Bits(Vector256<byte> low, Vector256<byte> high, byte wanted) =>
            Vector256.Equals(low, Vector256.Create(wanted)).ExtractMostSignificantBits()
            | ((ulong)Vector256.Equals(high, Vector256.Create(wanted)).ExtractMostSignificantBits() << 32);
    }

    internal static ByteBlock ReadBy128(ref byte bytes)
    {
        ulong quotes = 0;
        ulong backslashes = 0;
        ulong opens = 0;
        ulong closes = 0;
        for (var at = 0; at < Length; at += 16)
        {
            var all = Vector128.LoadUnsafe(ref bytes, (nuint)at);
            var braces = all | Vector128.Create(BraceBit);
            quotes |= Bits(all, (byte)'"') << at;
            backslashes |= Bits(all, (byte)'\\') << at;
            opens |= Bits(braces, (byte)'{') << at;
            closes |= Bits(braces, (byte)'}') << at;
        }

        return new ByteBlock(quotes, backslashes, opens, closes);

        static ulong Bits(Vector128<byte> all, byte wanted) =>
            Vector128.Equals(all, Vector128.Create(wanted)).ExtractMostSignificantBits();
    }

    internal static ByteBlock ReadByByte(ref byte bytes)
    {
        ulong quotes = 0;
        ulong backslashes = 0;
        ulong opens = 0;
        ulong closes = 0;
        for (var at = 0; at < Length; at++)
        {
            var b = Unsafe.Add(ref bytes, at);
            quotes |= (b == '"' ? 1UL : 0) << at;
            backslashes |= (b == '\\' ? 1UL : 0) << at;
            opens |= ((b | BraceBit) == '{' ? 1UL : 0) << at;
            closes |= ((b | BraceBit) == '}' ? 1UL : 0) << at;
        }

        return new ByteBlock(quotes, backslashes, opens, closes);
    }

    /// <summary>Reads up to 64 bytes; the bits of the places beyond them are not set.</summary>
    public static ByteBlock ReadLast(ReadOnlySpan<byte> bytes, int at)
    {
        var beyond = at + Length - bytes.Length;
        if (bytes.Length >= Length)
        {
            var last = Read(ref MemoryMarshal.GetReference(bytes[^Length..]));
            return new ByteBlock(
                last.Quotes >> beyond, last.Backslashes >> beyond, last.Opens >> beyond, last.Closes >> beyond);
        }

        Span<byte> padded = stackalloc byte[Length];
        padded.Clear();
        bytes[at..].CopyTo(padded);
        return Read(ref MemoryMarshal.GetReference(padded));
    }

    /// <summary>The bytes that a backslash before them escapes.</summary>
    /// <param name="carry">
    /// One where the byte before the block escapes the first; afterwards the same for the next block.
    /// </param>
    /// <remarks>
    /// A run of backslashes escapes what follows it if its length is odd. Added to the runs that begin at odd places,
    /// carries ripple to each run's end, whose place then tells the length's parity.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Escaped(ref ulong carry)
    {
        const ulong EvenPlaces = 0x5555_5555_5555_5555;
        if (Backslashes == 0)
        {
            var first = carry;
            carry = 0;
            return first;
        }

        var backslashes = Backslashes & ~carry;
        var followers = (backslashes << 1) | carry;
        var oddStarts = backslashes & ~EvenPlaces & ~followers;
        var sum = oddStarts + backslashes;
        carry = sum < oddStarts ? 1UL : 0;
        return (EvenPlaces ^ (sum << 1)) & followers;
    }

    /// <summary>From each quote to before the next every bit is set: the bytes inside strings.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong InsideStrings(ulong quotes) => Pclmulqdq.IsSupported
        ? Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(quotes), Vector128<ulong>.AllBitsSet, 0).ToScalar()
        : InsideStringsByShifts(quotes);

    internal static ulong InsideStringsByShifts(ulong quotes)
    {
        for (var shift = 1; shift < Length; shift *= 2)
        {
            quotes ^= quotes << shift;
        }

        return quotes;
    }
}
