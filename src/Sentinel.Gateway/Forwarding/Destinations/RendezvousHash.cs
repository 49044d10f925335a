using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>
/// Rendezvous hashing (highest random weight): each key goes to the name that scores highest with it, so that a name
/// that goes moves only its own keys, and one that comes takes an equal share from every other.
/// </summary>
/// <remarks>Every replica and every run comes to the same result.</remarks>
internal static class RendezvousHash
{
    /// <summary>A key's hash.</summary>
    /// <remarks>The parts stay apart: <c>ab</c>, <c>c</c> is another key than <c>a</c>, <c>bc</c>.</remarks>
    public static ulong Key(string? first, string second)
    {
        var seed = XxHash3.HashToUInt64(Bytes(first ?? ""), first is null ? 1 : 0);
        return XxHash3.HashToUInt64(Bytes(second), unchecked((long)seed));
    }

    /// <summary>How high a name scores with a key.</summary>
    public static ulong Score(ulong key, string name) => XxHash3.HashToUInt64(Bytes(name), unchecked((long)key));

    private static ReadOnlySpan<byte> Bytes(string text) => MemoryMarshal.AsBytes(text.AsSpan());
}
