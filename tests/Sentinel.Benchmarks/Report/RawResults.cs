using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sentinel.Benchmarks.Comparison;

namespace Sentinel.Benchmarks.Report;

/// <summary>Every round as it was measured, as JSON with a line for each contender of each shape.</summary>
internal static class RawResults
{
    private static readonly (string Name, Func<Round, double?> Value)[] Columns =
    [
        ("calls", round => round.Calls),
        ("user_us", round => round.UserUs),
        ("system_us", round => round.SystemUs),
        ("per_second", round => round.PerSecond),
        ("p50_us", round => round.P50Us),
        ("p99_us", round => round.P99Us),
        ("p999_us", round => round.P999Us),
        ("switches", round => round.Switches),
        ("allocated_bytes", round => round.AllocatedBytes),
        ("rss_mb", round => round.RssMegabytes),
        ("peak_mb", round => round.PeakMegabytes),
        ("load_cpu_us", round => round.GeneratorUs),
        ("load_lateness_p99_us", round => round.LatenessP99Us),
    ];

    public static string Write(ComparisonResult results, string machine, string versions, string command)
    {
        var columns = new JsonArray([.. Columns.Select(column => (JsonNode)column.Name)]);
        var starts = new JsonArray([.. results.StartSeconds.Select(seconds => (JsonNode)Math.Round(seconds, 2))]);
        var lines = results.Shapes.SelectMany(
            shape => shape.Rounds.Select(own => Line(shape.Shape.Name, own.Key, own.Value)));
        return $$"""
            {
            "machine": {{Quote(machine)}},
            "versions": {{Quote(versions)}},
            "command": {{Quote(command)}},
            "start_seconds": {{starts.ToJsonString()}},
            "columns": {{columns.ToJsonString()}},
            "rounds": [
            {{string.Join(",\n", lines)}}
            ]
            }

            """;
    }

    private static string Line(string shape, string contender, List<Round> rounds)
    {
        var values = rounds
            .Select(round => string.Join(',', Columns.Select(column => Number(column.Value(round)))))
            .Select(round => $"[{round}]");
        return $"[{Quote(shape)}, {Quote(contender)}, [{string.Join(", ", values)}]]";
    }

    private static string Number(double? value) => value is { } number
        ? number.ToString(number >= 1000 ? "0" : "0.##", CultureInfo.InvariantCulture)
        : "null";

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
