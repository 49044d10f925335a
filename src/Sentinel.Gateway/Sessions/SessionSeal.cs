using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Gateway.Sessions;

/// <summary>
/// Seals what a backend calls its session, so that only its owner can use it, at any replica with the key.
/// </summary>
/// <remarks>
/// Base64url of: version, key's mark, nonce (12), AES-256-GCM of destination and id, tag (16). Owner, backend and kind
/// are associated data: bound, and not carried. Nonces are random: after 2³² sealed sessions two have met with a
/// chance of 2⁻³³, so a key wants a successor before; only a new session is sealed, not every answer.
/// </remarks>
internal sealed class SessionSeal
{
    /// <summary>The longest text that is sealed or opened: clients send it with every request.</summary>
    public const int SealedCharsMax = 4096;

    private const byte Version = 1;
    private const int NonceAt = 2;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int BodyAt = NonceAt + NonceBytes;
    private const int LengthBytes = 2;
    private const int Overhead = BodyAt + LengthBytes + TagBytes;
    private const int StackBytesMax = 512;

    private readonly SealKey[] _keys;

    /// <param name="keys">Of 32 bytes each; the first seals, all open.</param>
    public SessionSeal(IEnumerable<byte[]> keys) => _keys = [.. keys.Select(key => new SealKey(key, TagBytes))];

    /// <summary>The sealed text; null for an id that is not visible ASCII, or would become too long.</summary>
    public string? Seal(SealKind kind, in SessionOwner owner, string destination, string id)
    {
        var destinationBytes = Encoding.UTF8.GetByteCount(destination);
        var length = Overhead + destinationBytes + id.Length;
        if (id.Length == 0
            || id.AsSpan().ContainsAnyExceptInRange('!', '~')
            || Base64Url.GetEncodedLength(length) > SealedCharsMax)
        {
            return null;
        }

        using var bound = new AssociatedBytes(kind, owner, stackalloc byte[StackBytesMax]);
        Span<byte> message = stackalloc byte[length];
        var key = _keys[0];
        message[0] = Version;
        message[1] = key.Mark;
        RandomNumberGenerator.Fill(message.Slice(NonceAt, NonceBytes));
        var body = message[BodyAt..^TagBytes];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)destinationBytes);
        Encoding.UTF8.GetBytes(destination, body[LengthBytes..]);
        Encoding.ASCII.GetBytes(id, body[(LengthBytes + destinationBytes)..]);
        key.Encrypt(message.Slice(NonceAt, NonceBytes), body, message[^TagBytes..], bound.Bytes);
        return Base64Url.EncodeToString(message);
    }

    /// <summary>What was sealed; null for what this gateway did not seal, for this owner and kind.</summary>
    public OpenedSession? Open(SealKind kind, in SessionOwner owner, string text)
    {
        Span<byte> message = stackalloc byte[Base64Url.GetMaxDecodedLength(SealedCharsMax)];
        if (text.Length > SealedCharsMax || !TryDecode(text, ref message) || message[0] != Version)
        {
            return null;
        }

        using var bound = new AssociatedBytes(kind, owner, stackalloc byte[StackBytesMax]);
        foreach (var key in _keys)
        {
            if (key.Mark == message[1]
                && key.TryDecrypt(
                    message.Slice(NonceAt, NonceBytes), message[BodyAt..^TagBytes], message[^TagBytes..], bound.Bytes))
            {
                var body = message[BodyAt..^TagBytes];
                var destinationBytes = BinaryPrimitives.ReadUInt16BigEndian(body);
                return new OpenedSession(
                    text,
                    Encoding.UTF8.GetString(body.Slice(LengthBytes, destinationBytes)),
                    Encoding.ASCII.GetString(body[(LengthBytes + destinationBytes)..]));
            }
        }

        return null;
    }

    // Decoders pass over blanks, padding and bits that no byte needs; only the one spelling that was sealed counts.
    private static bool TryDecode(string text, ref Span<byte> message)
    {
        if (!Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, message, out var length)
            || length < Overhead)
        {
            return false;
        }

        message = message[..length];
        Span<char> again = stackalloc char[SealedCharsMax];
        return Base64Url.TryEncodeToChars(message, again, out var written)
            && text.AsSpan().SequenceEqual(again[..written]);
    }

    /// <summary>Kind and owner as bytes in which no two owners are alike.</summary>
    private ref struct AssociatedBytes
    {
        private readonly byte[]? _rented;

        public AssociatedBytes(SealKind kind, in SessionOwner owner, Span<byte> scratch)
        {
            var length = 1 + (2 * sizeof(int))
                + (sizeof(char) * (owner.Backend.Length + (owner.Issuer?.Length ?? 0) + owner.Subject.Length));
            var bytes = length <= scratch.Length ? scratch : _rented = ArrayPool<byte>.Shared.Rent(length);
            Bytes = bytes[..length];
            bytes[0] = (byte)kind;
            var at = 1;

            // UTF-16 as it lies: an encoding would make one text of several that are broken in different ways.
            BinaryPrimitives.WriteInt32BigEndian(bytes[at..], owner.Backend.Length);
            BinaryPrimitives.WriteInt32BigEndian(bytes[(at + sizeof(int))..], owner.Issuer?.Length ?? -1);
            at += 2 * sizeof(int);
            foreach (var part in (ReadOnlySpan<string?>)[owner.Backend, owner.Issuer, owner.Subject])
            {
                var partBytes = MemoryMarshal.AsBytes(part.AsSpan());
                partBytes.CopyTo(bytes[at..]);
                at += partBytes.Length;
            }
        }

        public ReadOnlySpan<byte> Bytes { get; }

        public readonly void Dispose()
        {
            if (_rented is not null)
            {
                ArrayPool<byte>.Shared.Return(_rented);
            }
        }
    }
}
