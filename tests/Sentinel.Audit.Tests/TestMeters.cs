using System.Diagnostics.Metrics;

namespace Sentinel.Audit.Tests;

/// <summary>A meter factory whose instruments can be read.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _values = [];
    private readonly List<Meter> _meters = [];

    public TestMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (_meters.Contains(instrument.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            lock (_values)
            {
                _values[instrument.Name] = instrument.IsObservable
                    ? value
                    : _values.GetValueOrDefault(instrument.Name) + value;
            }
        });
        _listener.Start();
    }

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    public Dictionary<string, long> Read()
    {
        _listener.RecordObservableInstruments();
        lock (_values)
        {
            return new Dictionary<string, long>(_values);
        }
    }

    public void Dispose() => _listener.Dispose();
}
