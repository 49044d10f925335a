using System.Globalization;
using System.Net;
using System.Text;

namespace Sentinel.Benchmarks.Report;

/// <summary>One bar: two parts that add up, and what is written behind it.</summary>
internal readonly record struct Bar(string Name, double First, double Second, string Text);

/// <summary>
/// Bars as SVG. Its colours are of middle lightness and its ground is transparent, so that it can be read on a light
/// page and on a dark one: an image in a page does not learn which.
/// </summary>
internal static class BarChart
{
    private const int Width = 720;
    private const int NameWidth = 130;
    private const int TextWidth = 150;
    private const int RowHeight = 26;
    private const int BarHeight = 16;
    private const int HeadHeight = 56;
    private const string TextColour = "#808080";
    private const string FirstColour = "#3b82c4";
    private const string SecondColour = "#d08a2e";

    public static string Write(string title, string first, string second, IReadOnlyList<Bar> bars)
    {
        var height = HeadHeight + (bars.Count * RowHeight) + 8;
        var largest = bars.Max(bar => bar.First + bar.Second);
        var scale = (Width - NameWidth - TextWidth) / largest;
        var svg = new StringBuilder();
        const string Namespace = "http://www.w3.org/2000/svg";
        Line($"""<svg xmlns="{Namespace}" viewBox="0 0 {Width} {height}" width="{Width}" height="{height}">""");
        Line($"""<g font-family="sans-serif" font-size="13" fill="{TextColour}">""");
        Line($"""<title>{Escape(title)}</title>""");
        Line($"""<text x="0" y="16" font-size="15" font-weight="bold">{Escape(title)}</text>""");
        Line($"""<rect x="{NameWidth}" y="28" width="12" height="12" fill="{FirstColour}"/>""");
        Line($"""<text x="{NameWidth + 18}" y="39">{Escape(first)}</text>""");
        Line($"""<rect x="{NameWidth + 90}" y="28" width="12" height="12" fill="{SecondColour}"/>""");
        Line($"""<text x="{NameWidth + 108}" y="39">{Escape(second)}</text>""");
        for (var i = 0; i < bars.Count; i++)
        {
            var bar = bars[i];
            var y = HeadHeight + (i * RowHeight);
            var (one, two) = (bar.First * scale, bar.Second * scale);
            var middle = NameWidth + one;
            Line($"""<text x="{NameWidth - 8}" y="{y + 13}" text-anchor="end">{Escape(bar.Name)}</text>""");
            Line($"""<rect x="{NameWidth}" y="{y}" width="{one:F1}" height="{BarHeight}" fill="{FirstColour}"/>""");
            Line($"""<rect x="{middle:F1}" y="{y}" width="{two:F1}" height="{BarHeight}" fill="{SecondColour}"/>""");
            Line($"""<text x="{middle + two + 8:F1}" y="{y + 13}">{Escape(bar.Text)}</text>""");
        }

        return svg.Append("</g>\n</svg>\n").ToString();

        void Line(FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Escape(string text) =>
        WebUtility.HtmlEncode(text).Replace("&#215;", "×", StringComparison.Ordinal);
}
