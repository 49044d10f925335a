using System.Buffers;

namespace Sentinel.Audit.Stores;

/// <summary>Text that both stores take: no NUL, no lone surrogate, no longer than its column should be.</summary>
internal static class StorableText
{
    private const char Replacement = '\uFFFD';

    private static readonly SearchValues<char> Suspects =
        SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(c => (char)c), '\0']);

    /// <summary>Returns the value itself where nothing has to change.</summary>
    public static string? From(string? value, int charsMax)
    {
        if (value is null)
        {
            return null;
        }

        var length = Math.Min(value.Length, charsMax);
        if (length < value.Length && char.IsHighSurrogate(value[length - 1]) && char.IsLowSurrogate(value[length]))
        {
            length--;
        }

        var kept = value.AsSpan(0, length);
        var suspect = kept.IndexOfAny(Suspects);
        if (suspect < 0)
        {
            return length == value.Length ? value : kept.ToString();
        }

        return string.Create(
            length, value, static (target, source) => Replace(source.AsSpan(0, target.Length), target));
    }

    private static void Replace(ReadOnlySpan<char> source, Span<char> target)
    {
        for (var i = 0; i < source.Length; i++)
        {
            if (i + 1 < source.Length && char.IsSurrogatePair(source[i], source[i + 1]))
            {
                target[i] = source[i];
                target[i + 1] = source[i + 1];
                i++;
            }
            else
            {
                target[i] = source[i] == '\0' || char.IsSurrogate(source[i]) ? Replacement : source[i];
            }
        }
    }
}
