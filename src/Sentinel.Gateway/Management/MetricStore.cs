using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sentinel.Gateway.Exchange.Metering;

namespace Sentinel.Gateway.Management;

/// <summary>Adds up what Sentinel's meters report, for <c>/metrics</c>.</summary>
/// <remarks>Our own, because the package registry at hand holds no Prometheus exporter: see docs/decisions.</remarks>
internal sealed class MetricStore : IDisposable
{
    private readonly Lock _writing = new();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = [];
    private readonly Histograms _histograms;

    public MetricStore(Histograms? histograms = null)
    {
        _histograms = histograms ?? new Histograms();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!MetricNames.IsShown(instrument))
            {
                return;
            }

            var family = new MetricFamily(instrument);
            _families.TryAdd(instrument, family);
            if (!family.IsHistogram)
            {
                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => Take(family, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, family) => Take(family, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => Take(family, value, tags));
        _listener.Start();
    }

    /// <summary>Every family there is, by name.</summary>
    public IReadOnlyList<MetricFamily> Families =>
        [.. _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal)];

    /// <summary>Everything in the Prometheus text format, version 0.0.4.</summary>
    public string Write()
    {
        lock (_writing)
        {
            // What an instrument observes no more, such as a destination that is gone, has no value.
            foreach (var family in _families.Values)
            {
                family.Forget();
            }

            _listener.RecordObservableInstruments();
            var text = new MetricText();
            foreach (var family in Families)
            {
                text.Begin(family);
                if (family.IsHistogram)
                {
                    WriteHistogram(text, family);
                }
                else
                {
                    WriteValues(text, family);
                }
            }

            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    // An instrument whose meter is being disposed of measures once more, and its family is forgotten already.
    private static void Take(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        (family as MetricFamily)?.Take(value, tags);

    private void WriteHistogram(MetricText text, MetricFamily family)
    {
        if (_histograms.Find(family.Instrument.Name) is not { } histogram)
        {
            return;
        }

        foreach (var series in histogram.Read())
        {
            text.Histogram(family.Name, histogram.BoundsUs, series);
        }
    }

    // Whoever has labels has none yet, and so no series; 0 without labels would be a series of its own.
    private static void WriteValues(MetricText text, MetricFamily family)
    {
        var values = family.Read();
        if (values.Count == 0 && family.Labels.Count == 0 && !family.IsRemembered)
        {
            text.Value(family.Name, "", 0);
        }

        foreach (var (labels, value) in values)
        {
            text.Value(family.Name, labels, value);
        }
    }
}
