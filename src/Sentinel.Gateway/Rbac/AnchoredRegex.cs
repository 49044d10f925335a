using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Rbac;

/// <summary>A regular expression that has to match the whole of a text, in time linear in the text.</summary>
internal sealed class AnchoredRegex : IParsable<AnchoredRegex>
{
    /// <summary>Longest text that is looked at.</summary>
    public const int TextCharsMax = 4096;

    /// <summary>What looking at one character takes, against one step of a plain comparison.</summary>
    public const int StepsOfCharacter = 16;

    private const int PatternCharsMax = 1024;
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private readonly string _pattern;
    private readonly Regex _exact;
    private readonly Regex _anyCase;

    private AnchoredRegex(string pattern)
    {
        _pattern = pattern;

        // Compiled on its own first, so that no bracket of it can close ours.
        _ = new Regex(pattern, Options);
        _exact = new Regex($@"\A(?:{pattern})\z", Options);
        _anyCase = new Regex($@"\A(?:{pattern})\z", Options | RegexOptions.IgnoreCase);
    }

    /// <exception cref="FormatException">The text is no such expression; the message says why.</exception>
    public static AnchoredRegex Parse(string s, IFormatProvider? provider)
    {
        if (s.Length > PatternCharsMax)
        {
            throw new FormatException(
                $"The expression is longer than {PatternCharsMax} characters; write a shorter one.");
        }

        try
        {
            return new AnchoredRegex(s);
        }
        catch (NotSupportedException exception)
        {
            throw new FormatException(
                $"'{s}' uses look-around, back-references or counts too high to match in bounded time; "
                    + "write it without them.",
                exception);
        }
        catch (ArgumentException exception)
        {
            throw new FormatException($"This is no regular expression: {exception.Message}", exception);
        }
    }

    /// <inheritdoc cref="Parse"/>
    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out AnchoredRegex result)
    {
        try
        {
            result = s is null ? null : Parse(s, provider);
        }
        catch (FormatException)
        {
            result = null;
        }

        return result is not null;
    }

    /// <summary>Whether it matches; in another case only, cut at a NUL, or beyond the bound, there is doubt.
    /// </summary>
    public Match Test(ReadOnlySpan<char> text)
    {
        if (text.Length > TextCharsMax)
        {
            return Match.Doubt;
        }

        return _exact.IsMatch(text) ? Match.Yes : IsAlike(text) ? Match.Doubt : Match.No;
    }

    // The expression's own way to ignore case does not know of the long s.
    private bool IsAlike(ReadOnlySpan<char> text)
    {
        if (_anyCase.IsMatch(text))
        {
            return true;
        }

        if (!text.ContainsAnyExceptInRange('\u0001', '\u007F'))
        {
            return false;
        }

        var end = text.IndexOf('\0');
        Span<char> folded = stackalloc char[TextCharsMax];
        folded = folded[..(end < 0 ? text.Length : end)];
        for (var i = 0; i < folded.Length; i++)
        {
            folded[i] = Folding.Fold(text[i]);
        }

        return _anyCase.IsMatch(folded);
    }

    public override string ToString() => _pattern;
}
