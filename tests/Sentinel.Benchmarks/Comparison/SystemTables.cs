using System.Globalization;
using System.Text;
using Sentinel.Benchmarks.Report;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>The results as Markdown.</summary>
internal static class SystemTables
{
    public static string Write(ComparisonResult results, IReadOnlyDictionary<string, string> skipped)
    {
        var text = new StringBuilder();
        text.Append(Costs(results));
        foreach (var (name, reason) in skipped)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | skipped: {reason} |\n");
        }

        if (results.Shapes.Any(IsOther))
        {
            text.Append("\nCPU per call with other loads, and its ratio:\n\n").Append(Others(results, Cpu));
            text.Append("\nCalls a second in the same rounds:\n\n").Append(Others(results, PerSecond));
        }

        foreach (var shape in results.Shapes.Where(shape => shape.Shape.PerSecond is not null))
        {
            text.Append(CultureInfo.InvariantCulture, $"\nLatency at {shape.Shape.Name}, in µs:\n\n")
                .Append(Rate(results, shape));
        }

        return text.ToString();
    }

    private static bool IsOther(ShapeResult shape) => shape.Shape.PerSecond is null && shape.Shape != Shapes.Small;

    private static string Costs(ComparisonResult results)
    {
        var shape = results.Shapes[0];
        var table = new MarkdownTable(
            "", "CPU per call", "user + system", "ratio", "of rounds", "calls/s", "p50, ms", "p99, ms", "switches",
            "allocated", "RSS", "peak", "load's CPU", "dropped");
        foreach (var name in results.Names.Where(shape.Has))
        {
            var ratios = shape.Ratios(name, results.Baseline, round => round.CpuUs);
            var allocated = shape.Rounds[name].All(round => round.AllocatedBytes is null)
                ? "–"
                : Invariant($"{shape.Median(name, round => round.AllocatedBytes ?? 0) / 1024:F1} KB");
            table.Add(
                name,
                Invariant($"{shape.Median(name, round => round.CpuUs):F1} µs"),
                Invariant($"{shape.Median(name, r => r.UserUs):F1} + {shape.Median(name, r => r.SystemUs):F1}"),
                Invariant($"{ratios.Median:F3}"),
                Invariant($"{ratios.Min:F2}–{ratios.Max:F2}"),
                Invariant($"{shape.Median(name, round => round.PerSecond):N0}"),
                Invariant($"{shape.Median(name, round => round.P50Us) / 1000:F2}"),
                Invariant($"{shape.Median(name, round => round.P99Us) / 1000:F2}"),
                Invariant($"{shape.Median(name, round => round.Switches):F2}"),
                allocated,
                Invariant($"{shape.Median(name, round => round.RssMegabytes):F0} MB"),
                Invariant($"{shape.Median(name, round => round.PeakMegabytes):F0} MB"),
                Invariant($"{shape.Median(name, round => round.GeneratorUs):F1} µs"),
                results.Recorded.TryGetValue(name, out var own)
                    ? Invariant($"{own.Dropped:N0} of {own.Calls:N0}")
                    : "–");
        }

        return table.ToString();
    }

    private static string Others(ComparisonResult results, Func<ComparisonResult, ShapeResult, string, string> cell)
    {
        var shapes = results.Shapes.Where(IsOther).ToList();
        var table = new MarkdownTable(["", .. shapes.Select(shape => shape.Shape.Name)]);
        foreach (var name in results.Names.Where(shapes[0].Has))
        {
            table.Add([name, .. shapes.Select(shape => cell(results, shape, name))]);
        }

        return table.ToString();
    }

    private static string Cpu(ComparisonResult results, ShapeResult shape, string name)
    {
        var ratio = shape.Ratios(name, results.Baseline, round => round.CpuUs).Median;
        return Invariant($"{shape.Median(name, round => round.CpuUs):F0} µs × {ratio:F2}");
    }

    private static string PerSecond(ComparisonResult results, ShapeResult shape, string name) =>
        Invariant($"{shape.Median(name, round => round.PerSecond):N0}");

    // What is added is the median of neighbouring rounds' differences, and not the difference of two medians.
    private static string Rate(ComparisonResult results, ShapeResult shape)
    {
        var direct = shape.Has(Lineup.Direct) ? Lineup.Direct : results.Baseline;
        var table = new MarkdownTable("", "p50", "added", "p99", "added", "p99.9", "added", "the load's lateness, p99");
        foreach (var name in results.Names.Where(shape.Has))
        {
            table.Add(
                name,
                Value(name, round => round.P50Us),
                Added(name, round => round.P50Us),
                Value(name, round => round.P99Us),
                Added(name, round => round.P99Us),
                Value(name, round => round.P999Us),
                Added(name, round => round.P999Us),
                Value(name, round => round.LatenessP99Us));
        }

        return table.ToString();

        string Value(string name, Func<Round, double> value) => Invariant($"{shape.Median(name, value):N0}");

        string Added(string name, Func<Round, double> value) =>
            name == direct ? "–" : Invariant($"{shape.Added(name, direct, value):+#,0;-#,0;0}");
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
