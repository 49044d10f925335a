using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Recording;

/// <summary>Counts what Sentinel answered itself, by backend and reason: those that it knows, so no more.</summary>
internal sealed class RefusalMetrics
{
    private readonly ConcurrentDictionary<(string Backend, string Reason), long> _refusals = [];

    public RefusalMetrics(IMeterFactory meters) =>
        meters.Create("Sentinel.Gateway").CreateObservableCounter(
            "sentinel.refusals", Read, description: "Exchanges that Sentinel answered itself, by reason.");

    /// <summary>The exchange has ended.</summary>
    public void Count(McpExchange exchange)
    {
        if (exchange.Refusal is { } refusal)
        {
            _refusals.AddOrUpdate((exchange.Backend, refusal.Reason), 1, static (_, count) => count + 1);
        }
    }

    private IEnumerable<Measurement<long>> Read() =>
        from refusals in _refusals
        select new Measurement<long>(
            refusals.Value,
            new KeyValuePair<string, object?>("backend", refusals.Key.Backend),
            new KeyValuePair<string, object?>("reason", refusals.Key.Reason));
}
