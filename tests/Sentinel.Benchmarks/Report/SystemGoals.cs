using Sentinel.Benchmarks.Comparison;
using Sentinel.Benchmarks.Figures;

namespace Sentinel.Benchmarks.Report;

/// <summary>What the system benchmark says of the goals.</summary>
internal static class SystemGoals
{
    public static Dictionary<string, (double Value, string Note)> Of(ComparisonResult results)
    {
        var measured = new Dictionary<string, (double Value, string Note)>(StringComparer.Ordinal);
        var main = results.Shapes[0];
        if (main.Has(Lineup.Durable))
        {
            var noise = main.Has(Lineup.YarpAgain)
                ? FormattableString.Invariant($"; YARP against itself {Cpu(Lineup.YarpAgain, Lineup.Yarp):F2}")
                : "";
            measured[Goal.Cpu] = (Cpu(Lineup.Durable, Lineup.Yarp), Range(Lineup.Durable) + noise);
            measured[Goal.Rss] = (main.Ratios(Lineup.Durable, Lineup.Yarp, round => round.RssMegabytes).Median, "");
        }

        if (main.Has(Lineup.Durable) && main.Has(Lineup.HaProxy))
        {
            var other = FormattableString.Invariant($"not recording {Cpu(Lineup.WithRbac, Lineup.HaProxy):F2}");
            measured[Goal.CpuOfHaProxy] = (Cpu(Lineup.Durable, Lineup.HaProxy), main.Has(Lineup.WithRbac) ? other : "");
        }

        var paced = results.Shapes.FirstOrDefault(shape => shape.Shape.PerSecond is not null);
        if (paced is not null && paced.Has(Lineup.Durable) && paced.Has(Lineup.WithRbac))
        {
            measured[Goal.AuditP50] = Audit(paced, round => round.P50Us);
            measured[Goal.AuditP99] = Audit(paced, round => round.P99Us);
        }

        if (results.StartSeconds.Count > 0)
        {
            measured[Goal.Start] = (Quantile.Median(results.StartSeconds), "");
        }

        return measured;

        double Cpu(string name, string other) => main.Ratios(name, other, round => round.CpuUs).Median;

        string Range(string name)
        {
            var ratios = main.Ratios(name, Lineup.Yarp, round => round.CpuUs);
            return FormattableString.Invariant($"{ratios.Min:F2}–{ratios.Max:F2} over rounds");
        }
    }

    private static (double Value, string Note) Audit(ShapeResult shape, Func<Round, double> value)
    {
        var added = shape.Added(Lineup.Durable, Lineup.WithRbac, value);
        return (
            shape.Ratios(Lineup.Durable, Lineup.WithRbac, value).Median,
            FormattableString.Invariant($"{added:+0;-0;0} µs"));
    }
}
