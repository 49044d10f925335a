using System.Globalization;
using System.Text;

namespace Sentinel.Gateway.Configuration.Pinning;

/// <summary>Shows a person every character of a text, also those that are there not to be seen.</summary>
/// <remarks>
/// A description can hide orders to a model in characters without shape: Unicode's tag characters, variation selectors,
/// zero widths, marks that turn the direction of writing. They are written as \uXXXX, which JSON reads back.
/// </remarks>
internal static class VisibleText
{
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsVisible(rune))
            {
                visible.Append(rune.ToString());
                continue;
            }

            foreach (var unit in rune.ToString())
            {
                visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            }
        }

        return visible.ToString();
    }

    private static bool IsVisible(Rune rune) => rune.Value switch
    {
        ' ' => true,
        // Variation selectors, the grapheme joiner, fillers and the empty Braille cell are marks and letters by their
        // category.
        (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF) or (>= 0x180B and <= 0x180F) => false,
        0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0 or 0x2800 => false,
        _ => Rune.GetUnicodeCategory(rune) is not (
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned),
    };
}
