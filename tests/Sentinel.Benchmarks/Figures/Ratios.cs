namespace Sentinel.Benchmarks.Figures;

/// <summary>What one side took against the other, round by round.</summary>
/// <param name="Median">The middle one of the rounds' ratios: not the ratio of two medians.</param>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
internal readonly record struct Ratios(double Median, double Min, double Max)
{
    /// <summary>Each round's value over that of the baseline in the same round.</summary>
    /// <exception cref="ArgumentException">They are not of the same rounds, or there are none.</exception>
    public static Ratios Of(IReadOnlyList<double> own, IReadOnlyList<double> baseline)
    {
        if (own.Count == 0 || own.Count != baseline.Count)
        {
            throw new ArgumentException($"{own.Count} rounds against {baseline.Count}.", nameof(own));
        }

        var ratios = own.Zip(baseline, (mine, other) => mine / other).ToList();
        return new Ratios(Quantile.Median(ratios), ratios.Min(), ratios.Max());
    }

    /// <summary>The median of what a round has more than the baseline in the same round.</summary>
    public static double MedianDifference(IReadOnlyList<double> own, IReadOnlyList<double> baseline) =>
        Quantile.Median(own.Zip(baseline, (mine, other) => mine - other));
}
