using System.Globalization;
using System.Text;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Configuration.Pinning;

namespace Sentinel.Gateway.Records;

/// <summary>Rows as CSV by RFC 4180, with every column, for people and their spreadsheets.</summary>
/// <remarks>
/// A text that a spreadsheet would take for a formula gets an apostrophe before it, and what cannot be seen stands as
/// \uXXXX, line ends included, so that a row is a line.
/// </remarks>
internal static class RowCsv
{
    public const string LineEnd = "\r\n";

    // The last ones are the same signs at full width, which some spreadsheets take for them.
    private const string FormulaSigns = "=+-@\t\r＝＋－＠";

    public static readonly string Header = string.Join(',', RowFields.All.Select(field => field.Name)) + LineEnd;

    public static string Line(StoredRow row) =>
        string.Join(',', RowFields.All.Select(field => Cell(field.Value(row)))) + LineEnd;

    /// <summary>One value as a cell.</summary>
    public static string Cell(object? value) => value switch
    {
        null => "",
        long number => number.ToString(CultureInfo.InvariantCulture),
        ReadOnlyMemory<byte> json => Quoted(Encoding.UTF8.GetString(json.Span)),
        _ => Quoted(Convert.ToString(value, CultureInfo.InvariantCulture)!),
    };

    private static string Quoted(string text)
    {
        var isFormula = text.Length > 0 && FormulaSigns.Contains(text[0], StringComparison.Ordinal);
        var cell = (isFormula ? "'" : "") + VisibleText.Escape(text);
        var isPlain = cell.AsSpan().IndexOfAny(",\" ") < 0;
        return isPlain ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
