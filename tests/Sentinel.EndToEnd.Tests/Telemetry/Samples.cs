using System.Globalization;
using System.Text.RegularExpressions;
using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests.Telemetry;

/// <summary>What <c>/metrics</c> said at one moment.</summary>
internal sealed partial class Samples
{
    private readonly List<Sample> _all = [];
    private readonly HashSet<string> _histograms = new(StringComparer.Ordinal);

    /// <exception cref="FormatException">A line is not of the Prometheus text format.</exception>
    public Samples(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal) && line.EndsWith(" histogram", StringComparison.Ordinal))
            {
                _histograms.Add(line.Split(' ')[2]);
            }
            else if (line[0] != '#')
            {
                _all.Add(Read(line));
            }
        }
    }

    /// <summary>Whole lines, to count them.</summary>
    public int Count => _all.Count;

    public static async Task<Samples> OfAsync(GatewayProcess gateway) =>
        new((await Rpc.GetAsync(new Uri(gateway.ManagementUrl, "metrics"))).Body);

    /// <summary>Every series of a metric; of a histogram its counts.</summary>
    public IReadOnlyList<Sample> Of(string metric) =>
        [.. _all.Where(sample => sample.Name == (_histograms.Contains(metric) ? metric + "_count" : metric))];

    /// <summary>All series of a metric together.</summary>
    public double Sum(string metric) => Of(metric).Sum(sample => sample.Value);

    private static Sample Read(string line)
    {
        var parts = Line().Match(line);
        if (!parts.Success)
        {
            throw new FormatException($"No line of metrics: {line}");
        }

        var labels = Label().Matches(parts.Groups["labels"].Value)
            .ToDictionary(label => label.Groups["key"].Value, label => label.Groups["value"].Value, StringComparer.Ordinal);
        return new Sample(
            parts.Groups["name"].Value, labels, double.Parse(parts.Groups["value"].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(
        """^(?<name>[a-z_][a-z0-9_]*)(\{(?<labels>([a-z_]+="([^"\\]|\\.)*",?)*)\})? (?<value>-?[0-9.]+)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Line();

    [GeneratedRegex("""(?<key>[a-z_]+)="(?<value>([^"\\]|\\.)*)",?""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();
}

/// <summary>One line.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);
