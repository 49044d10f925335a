using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Sentinel.Gateway.Management;

/// <summary>One instrument as <c>/metrics</c> shows it: its name, type and labels, and the values of its series.
/// </summary>
internal sealed class MetricFamily
{
    private readonly ConcurrentDictionary<string, Cell> _series = new(StringComparer.Ordinal);
    private readonly bool _isSum;

    public MetricFamily(Instrument instrument)
    {
        Instrument = instrument;
        var kind = instrument.GetType().GetGenericTypeDefinition();
        Type = kind == typeof(Histogram<>) ? "histogram"
            : MetricNames.IsGauge(instrument.Name) ? "gauge"
            : kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? "counter"
            : "gauge";
        _isSum = kind == typeof(Counter<>) || kind == typeof(UpDownCounter<>);
        Name = MetricNames.Of(instrument, Type == "counter");
        Labels = MetricNames.Labels(instrument.Name);
    }

    public Instrument Instrument { get; }

    /// <summary>As Prometheus knows it.</summary>
    public string Name { get; }

    /// <summary><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</summary>
    public string Type { get; }

    /// <summary>The names of its labels.</summary>
    public IReadOnlyList<string> Labels { get; }

    public bool IsHistogram => Type == "histogram";

    /// <summary>Whether what it observes may be missing, as on another operating system.</summary>
    public bool IsRemembered => Instrument.IsObservable;

    public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var cell = _series.GetOrAdd(MetricText.Labels(tags), static _ => new Cell());
        if (_isSum)
        {
            cell.Add(value);
        }
        else
        {
            cell.Set(value);
        }
    }

    /// <summary>Forgets what is observed anew each time.</summary>
    public void Forget()
    {
        if (Instrument.IsObservable)
        {
            _series.Clear();
        }
    }

    /// <summary>The series by their labels as text, in order.</summary>
    public IReadOnlyList<(string Labels, double Value)> Read() =>
        [.. _series.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value.Value))];

    private sealed class Cell
    {
        private double _value;

        public double Value => Volatile.Read(ref _value);

        public void Set(double value) => Volatile.Write(ref _value, value);

        public void Add(double value)
        {
            double before;
            do
            {
                before = Volatile.Read(ref _value);
            }
            while (Interlocked.CompareExchange(ref _value, before + value, before) != before);
        }
    }
}
