using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests.Telemetry;

/// <summary>docs/metrics.md, as tests read it.</summary>
internal static class MetricsDocument
{
    /// <summary>Every metric with its type and labels.</summary>
    public static IReadOnlyDictionary<string, (string Type, string[] Labels)> Metrics { get; } =
        File.ReadLines(Artifacts.Source("docs/metrics.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(
                cells => cells[1].Trim('`'),
                cells => (cells[2], cells[4].Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(label => label.Trim('`')).ToArray()),
                StringComparer.Ordinal);
}
