using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Rbac;

/// <summary>
/// A text in which <c>*</c> stands for any run of characters, the empty one included, and <c>?</c> for one character.
/// </summary>
/// <remarks>Linear in the text for each star: no pattern and no hostile name makes it slow.</remarks>
internal readonly struct Glob(string pattern)
{
    /// <summary>Whether the pattern has no wildcard, so that it matches one text only.</summary>
    public bool IsLiteral => IsLiteralText(pattern);

    public static bool IsLiteralText(string pattern) => pattern.AsSpan().IndexOfAny('*', '?') < 0;

    /// <summary>Whether it matches every text.</summary>
    public bool IsEverything => pattern.Length > 0 && !pattern.AsSpan().ContainsAnyExcept('*');

    public bool Matches(ReadOnlySpan<char> text) => Matches(pattern, text, isFolded: false);

    public bool MatchesFolded(ReadOnlySpan<char> text) => Matches(pattern, text, isFolded: true);

    // Greedy with one point to return to: a later star makes every earlier one's choice final.
    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, bool isFolded)
    {
        int at = 0, p = 0, starAt = -1, resumeAt = 0;
        while (at < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                starAt = p++;
                resumeAt = at;
            }
            else if (p < pattern.Length && LengthOfMatch(pattern[p], text[at..], isFolded) is > 0 and var length)
            {
                p++;
                at += length;
            }
            else if (starAt >= 0)
            {
                p = starAt + 1;
                at = ++resumeAt;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }

    // A question mark takes both halves of a surrogate pair, which are one character to whoever wrote the pattern.
    private static int LengthOfMatch(char pattern, ReadOnlySpan<char> text, bool isFolded)
    {
        if (pattern == '?')
        {
            return text.Length > 1 && char.IsSurrogatePair(text[0], text[1]) ? 2 : 1;
        }

        return pattern == text[0] || (isFolded && Folding.Fold(pattern) == Folding.Fold(text[0])) ? 1 : 0;
    }
}
