namespace Sentinel.Audit.Redaction;

/// <summary>A key in which <c>*</c> stands for any run of bytes; ASCII letters match in any case.</summary>
/// <remarks>Linear in the key for each star: no path and no hostile key makes it slow.</remarks>
internal static class KeyGlob
{
    /// <summary>Whether there is no star in it.</summary>
    public static bool IsLiteral(ReadOnlySpan<byte> pattern) => !pattern.Contains((byte)'*');

    /// <summary>For a pattern without a star.</summary>
    public static bool Equals(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> key)
    {
        if (pattern.Length != key.Length)
        {
            return false;
        }

        for (var i = 0; i < key.Length; i++)
        {
            if (Fold(pattern[i]) != Fold(key[i]))
            {
                return false;
            }
        }

        return true;
    }

    public static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> key)
    {
        int at = 0, p = 0, starAt = -1, resumeAt = 0;
        while (at < key.Length)
        {
            if (p < pattern.Length && pattern[p] == (byte)'*')
            {
                starAt = p++;
                resumeAt = at;
            }
            else if (p < pattern.Length && Fold(pattern[p]) == Fold(key[at]))
            {
                p++;
                at++;
            }
            else if (starAt >= 0)
            {
                // A later star makes every earlier one's choice final.
                p = starAt + 1;
                at = ++resumeAt;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].IndexOfAnyExcept((byte)'*') < 0;
    }

    private static byte Fold(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
}
