namespace Sentinel.Benchmarks.Figures;

/// <summary>Medians and percentiles.</summary>
internal static class Quantile
{
    /// <summary>The middle value; the mean of the two in the middle where their number is even.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0
            ? throw new ArgumentException("There is no median of nothing.", nameof(values))
            : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    /// <summary>The smallest value that at least this part of them does not exceed (nearest rank).</summary>
    /// <param name="sorted">From the smallest to the largest.</param>
    /// <param name="part">From 0 to 1: 0.99 for p99.</param>
    public static int Of(IReadOnlyList<int> sorted, double part)
    {
        if (sorted.Count == 0)
        {
            throw new ArgumentException("There is no percentile of nothing.", nameof(sorted));
        }

        var rank = (int)Math.Ceiling(Math.Round(part * sorted.Count, 6));
        return sorted[Math.Clamp(rank, 1, sorted.Count) - 1];
    }
}
