using System.Diagnostics.Metrics;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Sentinel.Gateway.Management;

/// <summary>Which destinations health checks, active and passive, have found dead.</summary>
internal sealed class DestinationGauge
{
    private readonly IProxyStateLookup _proxy;

    public DestinationGauge(IProxyStateLookup proxy, IMeterFactory meters)
    {
        _proxy = proxy;
        meters.Create("Sentinel.Gateway").CreateObservableGauge(
            "sentinel.backend.healthy",
            Measure,
            description: "1 for a destination that may be sent requests, 0 for one that health checks have taken out.");
    }

    /// <summary>
    /// Whether a check that is switched on has found it dead; a destination that nobody has asked yet is not.
    /// </summary>
    /// <remarks>YARP keeps the findings of a check that has been switched off, and does not heed them.</remarks>
    public static bool IsDead(HealthCheckConfig? checks, DestinationState destination) =>
        (checks?.Active?.Enabled == true && destination.Health.Active == DestinationHealth.Unhealthy)
        || (checks?.Passive?.Enabled == true && destination.Health.Passive == DestinationHealth.Unhealthy);

    private IEnumerable<Measurement<long>> Measure() =>
        from cluster in _proxy.GetClusters()
        from destination in cluster.DestinationsState.AllDestinations
        select new Measurement<long>(
            IsDead(cluster.Model.Config.HealthCheck, destination) ? 0 : 1,
            new KeyValuePair<string, object?>("backend", cluster.ClusterId),
            new KeyValuePair<string, object?>("destination", destination.DestinationId));
}
