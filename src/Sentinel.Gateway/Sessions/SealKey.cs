using System.Security.Cryptography;
using Microsoft.Extensions.ObjectPool;

namespace Sentinel.Gateway.Sessions;

/// <summary>One key of 32 bytes, with ciphers that are ready for use.</summary>
internal sealed class SealKey
{
    private readonly ObjectPool<AesGcm> _ciphers;

    public SealKey(byte[] key, int tagBytes)
    {
        // One byte of the hash: finds the key without trying all, and tells nothing of use about 32 random bytes.
        Mark = SHA256.HashData(key)[0];
        _ciphers = new DefaultObjectPool<AesGcm>(new Ciphers(key, tagBytes));
        _ciphers.Return(_ciphers.Get());
    }

    /// <summary>What tells this key from most others.</summary>
    public byte Mark { get; }

    /// <summary>Encrypts in place.</summary>
    public void Encrypt(ReadOnlySpan<byte> nonce, Span<byte> body, Span<byte> tag, ReadOnlySpan<byte> bound)
    {
        var cipher = _ciphers.Get();
        cipher.Encrypt(nonce, body, body, tag, bound);
        _ciphers.Return(cipher);
    }

    /// <summary>Decrypts in place.</summary>
    /// <returns>False where it was not encrypted with this key, or bound to something else.</returns>
    public bool TryDecrypt(ReadOnlySpan<byte> nonce, Span<byte> body, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> bound)
    {
        var cipher = _ciphers.Get();
        try
        {
            cipher.Decrypt(nonce, body, tag, body, bound);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        finally
        {
            _ciphers.Return(cipher);
        }
    }

    // A cipher takes one message at a time, and making one expands the key: as many are kept as can be at work at once.
    private sealed class Ciphers(byte[] key, int tagBytes) : PooledObjectPolicy<AesGcm>
    {
        public override AesGcm Create() => new(key, tagBytes);

        public override bool Return(AesGcm obj) => true;
    }
}
