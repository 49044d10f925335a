namespace Sentinel.Gateway.Mcp;

/// <summary>
/// Unicode simple case folding, as far as servers' JSON readers go when they ignore the case of keys.
/// </summary>
/// <remarks>
/// <see cref="StringComparison.OrdinalIgnoreCase"/> is not enough: Go's encoding/json takes U+017F for <c>s</c> and
/// U+212A for <c>k</c>.
/// </remarks>
internal static class Folding
{
    /// <summary>The one character that stands for all the cases of this one.</summary>
    public static char Fold(char c)
    {
        if (char.IsAscii(c))
        {
            return char.ToLowerInvariant(c);
        }

        return c switch
        {
            '\u017F' => 's',
            '\u212A' => 'k',
            '\u212B' => '\u00E5',
            '\u2126' => '\u03C9',
            '\u1E9E' => '\u00DF',
            _ => char.ToLowerInvariant(char.ToUpperInvariant(c)),
        };
    }

    /// <summary>
    /// Whether a key is this one to the most lenient reader: folded, and cut at a NUL as readers written in C would.
    /// </summary>
    public static bool IsAlike(ReadOnlySpan<char> key, ReadOnlySpan<char> wanted)
    {
        var end = key.IndexOf('\0');
        return AreEqual(end < 0 ? key : key[..end], wanted);
    }

    public static bool AreEqual(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (var i = 0; i < left.Length; i++)
        {
            if (Fold(left[i]) != Fold(right[i]))
            {
                return false;
            }
        }

        return true;
    }
}
