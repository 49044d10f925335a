using Sentinel.Benchmarks.Figures;
using Sentinel.Benchmarks.Load;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>The rounds of one shape, by contender; the n-th of each were neighbours.</summary>
internal sealed record ShapeResult(Shape Shape, IReadOnlyDictionary<string, List<Round>> Rounds)
{
    public bool Has(string contender) => Rounds.ContainsKey(contender);

    public double Median(string contender, Func<Round, double> value) =>
        Quantile.Median(Rounds[contender].Select(value));

    public Ratios Ratios(string contender, string baseline, Func<Round, double> value) =>
        Figures.Ratios.Of(Values(contender, value), Values(baseline, value));

    /// <summary>The median of what a round has more than the baseline's round beside it.</summary>
    public double Added(string contender, string baseline, Func<Round, double> value) =>
        Figures.Ratios.MedianDifference(Values(contender, value), Values(baseline, value));

    private List<double> Values(string contender, Func<Round, double> value) => [.. Rounds[contender].Select(value)];
}

/// <summary>Everything that a run has measured.</summary>
/// <param name="Names">The contenders in their order.</param>
/// <param name="Baseline">The one that ratios are taken to.</param>
/// <param name="Shapes">What was measured, in its order.</param>
/// <param name="Recorded">Of who records: how many calls, and how many of them were dropped.</param>
/// <param name="StartSeconds">From the process' start to its first answered call; none: not measured.</param>
internal sealed record ComparisonResult(
    IReadOnlyList<string> Names,
    string Baseline,
    IReadOnlyList<ShapeResult> Shapes,
    IReadOnlyDictionary<string, (long Calls, long Dropped)> Recorded,
    IReadOnlyList<double> StartSeconds);
