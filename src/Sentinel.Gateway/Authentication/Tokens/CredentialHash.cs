using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Gateway.Authentication;

/// <summary>
/// The SHA-256 of a credential's UTF-8 bytes: all of it, because a cache that confuses two admits a stranger.
/// </summary>
internal readonly record struct CredentialHash
{
    private const int StackBytesMax = 1024;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    private CredentialHash(ReadOnlySpan<ulong> parts) => (_a, _b, _c, _d) = (parts[0], parts[1], parts[2], parts[3]);

    public static CredentialHash Of(ReadOnlySpan<char> credential)
    {
        var length = Encoding.UTF8.GetByteCount(credential);
        byte[]? rented = null;
        var bytes = length <= StackBytesMax
            ? stackalloc byte[StackBytesMax]
            : rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Encoding.UTF8.GetBytes(credential, bytes);
            Span<ulong> parts = stackalloc ulong[SHA256.HashSizeInBytes / sizeof(ulong)];
            SHA256.HashData(bytes[..length], MemoryMarshal.AsBytes(parts));
            return new CredentialHash(parts);
        }
        finally
        {
            if (rented is not null)
            {
                // What others rent next must not hold a credential.
                ArrayPool<byte>.Shared.Return(rented, clearArray: true);
            }
        }
    }

    /// <summary>The hash that was written in hex.</summary>
    public static CredentialHash OfHex(string sha256)
    {
        Span<ulong> parts = stackalloc ulong[SHA256.HashSizeInBytes / sizeof(ulong)];
        Convert.FromHexString(sha256, MemoryMarshal.AsBytes(parts), out _, out _);
        return new CredentialHash(parts);
    }

    // The bytes are uniformly spread already.
    public override int GetHashCode() => (int)_a;
}
