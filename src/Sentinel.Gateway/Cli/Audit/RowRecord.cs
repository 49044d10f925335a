using System.Globalization;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Configuration.Pinning;
using Sentinel.Gateway.Records;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary>One row with all that it says, a line for each column that is not NULL.</summary>
internal static class RowRecord
{
    private static readonly int NameWidth = RowFields.All.Max(field => field.Name.Length);

    public static IEnumerable<string> Lines(StoredRow row)
    {
        foreach (var (name, read) in RowFields.All)
        {
            var value = read(row);
            if (value is null)
            {
                continue;
            }

            var text = value is ReadOnlyMemory<byte> json
                ? RowJson.Indented(json)
                : Convert.ToString(value, CultureInfo.InvariantCulture)!;

            // Only arguments have lines of our own making; a line end within a value is written out.
            var lines = value is ReadOnlyMemory<byte> ? text.Split(Environment.NewLine) : [text];
            yield return $"{name.PadRight(NameWidth)}  {VisibleText.Escape(lines[0])}";
            foreach (var line in lines.Skip(1))
            {
                yield return new string(' ', NameWidth + 2) + VisibleText.Escape(line);
            }
        }
    }
}
