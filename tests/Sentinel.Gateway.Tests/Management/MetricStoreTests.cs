using System.Diagnostics.Metrics;
using Sentinel.Gateway.Exchange.Metering;
using Sentinel.Gateway.Management;
using Xunit;

namespace Sentinel.Gateway.Tests.Management;

/// <summary>What is measured, as Prometheus reads it.</summary>
public sealed class MetricStoreTests : IDisposable
{
    private readonly Histograms _histograms = new();
    private readonly Meter _meter = new($"Sentinel.Test.{Guid.NewGuid():n}");
    private readonly string _name = $"t{Guid.NewGuid():n}";
    private readonly MetricStore _store;

    public MetricStoreTests() => _store = new MetricStore(_histograms);

    public void Dispose()
    {
        _store.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Label_values_and_help_texts_are_escaped()
    {
        var counter = _meter.CreateCounter<long>($"{_name}.x", description: "Of a \\ and\nof \"two\" lines.");

        counter.Add(1, new KeyValuePair<string, object?>("a.b", "back\\slash \"quote\"\nline"));

        Assert.Equal(
            [
                $"# HELP {_name}_x_total Of a \\\\ and\\nof \"two\" lines.",
                $"# TYPE {_name}_x_total counter",
                $$"""{{_name}}_x_total{a_b="back\\slash \"quote\"\nline"} 1""",
            ],
            Lines());
    }

    [Fact]
    public void Counters_add_up_and_gauges_show_the_last()
    {
        var sum = _meter.CreateCounter<double>($"{_name}.sum");
        var level = _meter.CreateUpDownCounter<int>($"{_name}.up");
        _meter.CreateObservableGauge($"{_name}.gauge", () => 2.5);
        _meter.CreateObservableCounter($"{_name}.seen", () => 7L);

        sum.Add(0.5);
        sum.Add(1);
        level.Add(5);
        level.Add(-2);

        _store.Write();
        var lines = Lines();
        Assert.Contains($"{_name}_sum_total 1.5", lines);
        Assert.Contains($"{_name}_up 3", lines);
        Assert.Contains($"# TYPE {_name}_up gauge", lines);
        Assert.Contains($"{_name}_gauge 2.5", lines);
        Assert.Contains($"{_name}_seen_total 7", lines);
    }

    [Fact]
    public void What_is_observed_no_more_is_shown_no_more()
    {
        var destinations = new List<string> { "a", "b" };
        _meter.CreateObservableGauge(
            $"{_name}.up",
            () => destinations.Select(id => new Measurement<int>(1, new KeyValuePair<string, object?>("id", id))));
        Assert.Equal(2, Lines().Count(line => line.Contains("id=", StringComparison.Ordinal)));

        destinations.Remove("a");

        Assert.Equal([$"{_name}_up{{id=\"b\"}} 1"], Lines().Where(line => !line.StartsWith('#')));
    }

    [Fact]
    public void A_counter_that_has_not_counted_is_zero()
    {
        _meter.CreateCounter<long>($"{_name}.none");

        Assert.Contains($"{_name}_none_total 0", Lines());
    }

    [Fact]
    public void Buckets_of_a_histogram_add_up_and_a_bound_belongs_to_its_bucket()
    {
        var series = new HistogramSeries([1_000, 2_500], new KeyValuePair<string, object?>("tool", "a"));
        var histogram = new DurationHistogram(_meter, $"{_name}.seconds", "Times.", [1_000, 2_500], () => [series]);
        _histograms.Add(histogram);

        foreach (var us in new long[] { 0, 1_000, 1_001, 2_500, 2_501, 9_000_000 })
        {
            histogram.Record(series, us);
        }

        Assert.Equal(
            [
                $"# HELP {_name}_seconds Times.",
                $"# TYPE {_name}_seconds histogram",
                $$"""{{_name}}_seconds_bucket{tool="a",le="0.001"} 2""",
                $$"""{{_name}}_seconds_bucket{tool="a",le="0.0025"} 4""",
                $$"""{{_name}}_seconds_bucket{tool="a",le="+Inf"} 6""",
                $$"""{{_name}}_seconds_sum{tool="a"} 9.007002""",
                $$"""{{_name}}_seconds_count{tool="a"} 6""",
            ],
            Lines());
    }

    [Fact]
    public void A_sample_allocates_nothing_while_nobody_else_listens()
    {
        var series = new HistogramSeries([1_000, 2_500]);
        var histogram = new DurationHistogram(_meter, $"{_name}.seconds", "Times.", [1_000, 2_500], () => [series]);
        histogram.Record(series, 1);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            histogram.Record(series, i);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Another_listener_gets_the_samples_at_the_instrument()
    {
        var heard = new List<double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter == _meter)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => heard.Add(value));
        listener.Start();
        var series = new HistogramSeries([1_000]);
        var histogram = new DurationHistogram(_meter, $"{_name}.seconds", "Times.", [1_000], () => [series]);

        histogram.Record(series, 1_500_000);

        Assert.Equal([1.5], heard);
    }

    [Fact]
    public void Meters_of_others_are_not_shown()
    {
        using var foreign = new Meter("Foreign");
        foreign.CreateCounter<long>(_name).Add(1);

        Assert.Empty(Lines());
    }

    private List<string> Lines() =>
        [.. _store.Write().Split('\n').Where(line => line.Contains(_name, StringComparison.Ordinal))];
}
