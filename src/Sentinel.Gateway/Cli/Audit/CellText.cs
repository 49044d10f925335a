using System.Globalization;
using System.Text;
using Sentinel.Gateway.Configuration.Pinning;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary>Fits a value into a column of a terminal, which obeys nothing that the value holds.</summary>
internal static class CellText
{
    public const string Cut = "…";

    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x2E80, 0x303E), (0x3041, 0x4DBF), (0x4E00, 0xA4CF), (0xA960, 0xA97C), (0xAC00, 0xD7A3),
        (0xF900, 0xFAFF), (0xFE30, 0xFE6F), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x16FE0, 0x18DF2),
        (0x1B000, 0x1B2FB), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    /// <summary>Columns that a text takes.</summary>
    public static int WidthOf(string text) => text.EnumerateRunes().Sum(WidthOf);

    /// <summary>
    /// The text with what cannot be seen written out, cut where it is too long, filled up where it is not.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <param name="width">Columns; at least one.</param>
    /// <param name="isRight">Whether it is filled up on the left.</param>
    /// <param name="mayCut">Whether it is cut, or else spoils the column.</param>
    public static string Fit(string text, int width, bool isRight = false, bool mayCut = true)
    {
        var visible = VisibleText.Escape(text);
        var columns = WidthOf(visible);
        if (columns > width && mayCut)
        {
            (visible, columns) = CutTo(visible, width - 1);
            visible += Cut;
            columns++;
        }

        var filling = new string(' ', Math.Max(0, width - columns));
        return isRight ? filling + visible : visible + filling;
    }

    private static (string Text, int Columns) CutTo(string text, int width)
    {
        var columns = 0;
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (columns + WidthOf(rune) > width)
            {
                break;
            }

            columns += WidthOf(rune);
            kept.Append(rune.ToString());
        }

        return (kept.ToString(), columns);
    }

    private static int WidthOf(Rune rune)
    {
        if (rune.Value < 0x300)
        {
            return 1;
        }

        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            ? 0
            : Array.Exists(Wide, range => rune.Value >= range.First && rune.Value <= range.Last) ? 2 : 1;
    }
}
