using System.Globalization;
using System.Text;
using Sentinel.Gateway.Exchange.Metering;

namespace Sentinel.Gateway.Management;

/// <summary>Writes the Prometheus text format.</summary>
internal sealed class MetricText
{
    private readonly StringBuilder _text = new();

    /// <summary>The braces and what stands in them; empty for no labels.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var text = new StringBuilder("{");
        foreach (var (key, value) in tags)
        {
            text.Append(text.Length > 1 ? "," : "").Append(key.Replace('.', '_')).Append("=\"");
            Escape(text, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", isLabel: true);
            text.Append('"');
        }

        return text.Append('}').ToString();
    }

    public void Begin(MetricFamily family)
    {
        _text.Append("# HELP ").Append(family.Name).Append(' ');
        Escape(_text, family.Instrument.Description ?? "", isLabel: false);
        _text.Append("\n# TYPE ").Append(family.Name).Append(' ').Append(family.Type).Append('\n');
    }

    public void Value(string name, string labels, double value) =>
        _text.Append(name).Append(labels).Append(' ').Append(Number(value)).Append('\n');

    public void Histogram(string name, long[] boundsUs, HistogramSeries series)
    {
        var labels = Labels(series.Labels);
        var open = labels.Length == 0 ? "{" : labels[..^1] + ",";
        var counts = series.Read();
        var sum = series.SumUs;
        if (Array.TrueForAll(counts, count => count == 0))
        {
            return;
        }

        long total = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            var bound = i < boundsUs.Length ? Number(DurationHistogram.Seconds(boundsUs[i])) : "+Inf";
            Value(name + "_bucket", $"{open}le=\"{bound}\"}}", total);
        }

        Value(name + "_sum", labels, DurationHistogram.Seconds(sum));
        Value(name + "_count", labels, total);
    }

    public override string ToString() => _text.ToString();

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("0.#################", CultureInfo.InvariantCulture),
    };

    // Of the help text a quotation mark is not escaped.
    private static void Escape(StringBuilder text, string value, bool isLabel)
    {
        foreach (var character in value)
        {
            _ = character switch
            {
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '"' when isLabel => text.Append("\\\""),
                _ => text.Append(character),
            };
        }
    }
}
