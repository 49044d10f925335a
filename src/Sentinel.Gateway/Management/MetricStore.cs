using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Sentinel.Gateway.Management;

/// <summary>Adds up what Sentinel's meters report, for <c>/metrics</c>.</summary>
/// <remarks>Our own, because the package registry at hand holds no Prometheus exporter: see docs/decisions.</remarks>
internal sealed class MetricStore : IDisposable
{
    private readonly Lock _writing = new();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, ConcurrentDictionary<string, Cell>> _series = [];

    public MetricStore()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Sentinel.", StringComparison.Ordinal))
            {
                _series.TryAdd(instrument, new(StringComparer.Ordinal));
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(Add);
        _listener.SetMeasurementEventCallback<int>((i, value, tags, state) => Add(i, value, tags, state));
        _listener.Start();
    }

    /// <summary>Everything in the Prometheus text format, version 0.0.4.</summary>
    public string Write()
    {
        lock (_writing)
        {
            // What an instrument observes no more, such as a destination that is gone, has no value.
            foreach (var (instrument, series) in _series)
            {
                if (instrument.IsObservable)
                {
                    series.Clear();
                }
            }

            _listener.RecordObservableInstruments();
            return WriteSeries();
        }
    }

    public void Dispose() => _listener.Dispose();

    private string WriteSeries()
    {
        var text = new StringBuilder();
        foreach (var (instrument, series) in _series.OrderBy(pair => pair.Key.Name, StringComparer.Ordinal))
        {
            var isGauge = IsGauge(instrument);
            var name = instrument.Name.Replace('.', '_') + (isGauge ? "" : "_total");
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {instrument.Description}\n");
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {(isGauge ? "gauge" : "counter")}\n");
            if (series.IsEmpty)
            {
                text.Append(CultureInfo.InvariantCulture, $"{name} 0\n");
            }

            foreach (var (labels, cell) in series.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {cell.Value}\n");
            }
        }

        return text.ToString();
    }

    private void Add(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (!_series.TryGetValue(instrument, out var series))
        {
            return;
        }

        var cell = series.GetOrAdd(Labels(tags), static _ => new Cell());
        if (IsGauge(instrument) || instrument.IsObservable)
        {
            cell.Set(value);
        }
        else
        {
            cell.Add(value);
        }
    }

    private static bool IsGauge(Instrument instrument) => instrument is ObservableGauge<long> or ObservableGauge<int>
        or UpDownCounter<long> or UpDownCounter<int>;

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var text = new StringBuilder("{");
        foreach (var (key, value) in tags)
        {
            var separator = text.Length > 1 ? "," : "";
            var escaped = $"{value}".Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
            text.Append(CultureInfo.InvariantCulture, $"{separator}{key.Replace('.', '_')}=\"{escaped}\"");
        }

        return text.Append('}').ToString();
    }

    private sealed class Cell
    {
        private long _value;

        public long Value => Interlocked.Read(ref _value);

        public void Add(long value) => Interlocked.Add(ref _value, value);

        public void Set(long value) => Interlocked.Exchange(ref _value, value);
    }
}
