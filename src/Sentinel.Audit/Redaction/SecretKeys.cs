using System.Text;

namespace Sentinel.Audit.Redaction;

/// <summary>Which JSON keys look as if a secret stood under them.</summary>
internal static class SecretKeys
{
    // Compared with the end of the key, lower-cased and without "-", "_", "." and spaces: "db_password",
    // "X-Api-Key" and "accessToken" are all found, "max_tokens" is not.
    private static readonly byte[][] Endings =
    [
        .. new[]
        {
            "password", "passwords", "passwd", "pwd", "passphrase", "secret", "secrets", "secretkey", "accesskey",
            "apikey", "apikeys", "privatekey", "authorization", "credential", "credentials", "cookie", "cookies",
            "token", "bearer",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    // The protocol's own key for progress notifications, and no secret.
    private static readonly byte[] ProgressToken = "progresstoken"u8.ToArray();

    /// <param name="key">The key as UTF-8, unescaped.</param>
    public static bool Match(ReadOnlySpan<byte> key)
    {
        Span<byte> folded = stackalloc byte[32];
        var end = Fold(key, folded);
        if (end.SequenceEqual(ProgressToken))
        {
            return false;
        }

        foreach (var ending in Endings)
        {
            if (end.EndsWith(ending))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the key is the protocol's <c>requestState</c>, which is opaque and may hold anything.</summary>
    public static bool IsRequestState(ReadOnlySpan<byte> key)
    {
        Span<byte> folded = stackalloc byte[32];
        return Fold(key, folded).SequenceEqual("requeststate"u8);
    }

    // From the end: only the last bytes can match, however long the key is.
    private static ReadOnlySpan<byte> Fold(ReadOnlySpan<byte> key, Span<byte> folded)
    {
        var start = folded.Length;
        for (var i = key.Length - 1; i >= 0 && start > 0; i--)
        {
            var b = key[i];
            if (b is (byte)'-' or (byte)'_' or (byte)'.' or (byte)' ')
            {
                continue;
            }

            folded[--start] = b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
        }

        return folded[start..];
    }
}
