using System.Diagnostics.Metrics;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>Counts what becomes of destinations. Every label's values stand in proxy.json.</summary>
internal sealed class DestinationMetrics
{
    private readonly Counter<long> _opened;
    private readonly Counter<long> _failedOver;

    public DestinationMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Sentinel.Gateway");
        _opened = meter.CreateCounter<long>(
            "sentinel.backend.circuit_opened", description: "Times that a failing destination was taken out.");
        _failedOver = meter.CreateCounter<long>(
            "sentinel.backend.failed_over",
            description: "Requests that another destination was tried for, because this one took no connection.");
    }

    public void CountOpened(string backend, string destination) => Count(_opened, backend, destination);

    public void CountFailedOver(string backend, string destination) => Count(_failedOver, backend, destination);

    private static void Count(Counter<long> counter, string backend, string destination) => counter.Add(
        1,
        new KeyValuePair<string, object?>("backend", backend),
        new KeyValuePair<string, object?>("destination", destination));
}
