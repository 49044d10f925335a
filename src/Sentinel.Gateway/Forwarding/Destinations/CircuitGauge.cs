using System.Diagnostics.Metrics;
using Sentinel.Gateway.Configuration.Proxy;
using Yarp.ReverseProxy;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>How the circuit of each destination stands, of backends that have a breaker.</summary>
internal sealed class CircuitGauge
{
    private readonly IProxyStateLookup _proxy;
    private readonly CircuitBreaker _breaker;

    public CircuitGauge(IProxyStateLookup proxy, CircuitBreaker breaker, IMeterFactory meters)
    {
        _proxy = proxy;
        _breaker = breaker;
        meters.Create("Sentinel.Gateway").CreateObservableGauge(
            "sentinel.backend.circuit.state",
            Measure,
            description: "1 for the state that a destination's circuit is in: closed, open, or half_open.");
    }

    private IEnumerable<Measurement<int>> Measure() =>
        from cluster in _proxy.GetClusters()
        where OwnPolicies.HasCircuitBreaker(cluster.Model.Config)
        from destination in cluster.DestinationsState.AllDestinations
        let current = _breaker.StateOf(destination)
        from state in CircuitBreaker.States
        select new Measurement<int>(
            state == current ? 1 : 0,
            new KeyValuePair<string, object?>("backend", cluster.ClusterId),
            new KeyValuePair<string, object?>("destination", destination.DestinationId),
            new KeyValuePair<string, object?>("state", state));
}
