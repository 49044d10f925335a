using System.Collections.Concurrent;

namespace Sentinel.Gateway.Exchange.Metering;

/// <summary>Every duration histogram, by its instrument's name.</summary>
internal sealed class Histograms
{
    private readonly ConcurrentDictionary<string, DurationHistogram> _all = new(StringComparer.Ordinal);

    public void Add(DurationHistogram histogram) => _all[histogram.Name] = histogram;

    public DurationHistogram? Find(string name) => _all.GetValueOrDefault(name);
}
