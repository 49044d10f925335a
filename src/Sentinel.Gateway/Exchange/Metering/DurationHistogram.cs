using System.Diagnostics.Metrics;

namespace Sentinel.Gateway.Exchange.Metering;

/// <summary>
/// A histogram of durations in seconds, that <c>/metrics</c> reads here, and any other listener at its instrument.
/// </summary>
/// <remarks>
/// The framework's histogram hands each sample with its labels to every listener, which adds it up behind a look-up of
/// the labels. Here a caller keeps the series' own counts; the instrument is used only while somebody listens to it.
/// </remarks>
internal sealed class DurationHistogram
{
    private readonly Histogram<double> _instrument;
    private readonly Func<IEnumerable<HistogramSeries>> _read;

    /// <param name="meter">Whose instrument it is.</param>
    /// <param name="name">The instrument's name.</param>
    /// <param name="description">What is measured.</param>
    /// <param name="boundsUs">Upper bounds of the buckets in microseconds, ascending.</param>
    /// <param name="read">Its series, whenever somebody asks.</param>
    public DurationHistogram(
        Meter meter,
        string name,
        string description,
        long[] boundsUs,
        Func<IEnumerable<HistogramSeries>> read)
    {
        _read = read;
        BoundsUs = boundsUs;
        _instrument = meter.CreateHistogram(
            name,
            "s",
            description,
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [.. boundsUs.Select(Seconds)] });
    }

    public string Name => _instrument.Name;

    public long[] BoundsUs { get; }

    public static double Seconds(long us) => us / 1e6;

    public IEnumerable<HistogramSeries> Read() => _read();

    /// <summary>Takes a sample.</summary>
    /// <param name="series">Where it belongs.</param>
    /// <param name="us">The duration in microseconds.</param>
    public void Record(HistogramSeries series, long us)
    {
        series.Record(us);
        if (_instrument.Enabled)
        {
            _instrument.Record(Seconds(us), series.Labels);
        }
    }
}
