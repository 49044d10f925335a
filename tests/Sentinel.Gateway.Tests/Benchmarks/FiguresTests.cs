using Sentinel.Benchmarks.Figures;
using Xunit;

namespace Sentinel.Gateway.Tests.Benchmarks;

public sealed class FiguresTests
{
    private static readonly int[] Thousand = [.. Enumerable.Range(1, 1000)];

    [Theory]
    [InlineData(3.0, 3.0)]
    [InlineData(2.0, 1.0, 2.0, 9.0)]
    [InlineData(5.5, 9.0, 2.0, 4.0, 7.0)]
    public void A_median_is_the_middle_or_halfway_between_two(double median, params double[] values) =>
        Assert.Equal(median, Quantile.Median(values));

    [Theory]
    [InlineData(0.5, 500)]
    [InlineData(0.99, 990)]
    [InlineData(0.999, 999)]
    [InlineData(1, 1000)]
    [InlineData(0, 1)]
    public void A_percentile_is_the_smallest_value_that_so_many_do_not_exceed(double part, int value) =>
        Assert.Equal(value, Quantile.Of(Thousand, part));

    [Fact]
    public void Of_few_values_a_high_percentile_is_the_largest() => Assert.Equal(7, Quantile.Of([1, 2, 7], 0.999));

    [Fact]
    public void Nothing_has_neither_median_nor_percentile()
    {
        Assert.Throws<ArgumentException>(() => Quantile.Median([]));
        Assert.Throws<ArgumentException>(() => Quantile.Of([], 0.5));
    }

    [Fact]
    public void A_ratio_is_taken_within_each_round_and_not_between_medians()
    {
        var ratios = Ratios.Of([2, 30, 8], [1, 10, 8]);

        Assert.Equal(new Ratios(Median: 2, Min: 1, Max: 3), ratios);
        Assert.Equal(1, Quantile.Median([2, 30, 8]) / Quantile.Median([1, 10, 8]));
    }

    [Fact]
    public void What_is_added_is_taken_within_each_round_too() =>
        Assert.Equal(5, Ratios.MedianDifference([10, 105, 50], [5, 100, 10]));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 3)]
    public void Rounds_that_are_not_the_same_cannot_be_compared(int own, int baseline) =>
        Assert.Throws<ArgumentException>(() => Ratios.Of(new double[own], new double[baseline]));
}
