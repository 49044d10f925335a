using Sentinel.Gateway.Configuration.Proxy;
using Sentinel.Gateway.Exchange;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>
/// A load-balancing policy: a caller's requests go to the same destination as long as that is available, for backends
/// that keep tasks in memory.
/// </summary>
/// <remarks>A caller is an issuer and a subject, so that all anonymous callers are one.</remarks>
internal sealed class CallerHashPolicy : ILoadBalancingPolicy
{
    public string Name => OwnPolicies.CallerHash;

    public DestinationState? PickDestination(
        HttpContext context,
        ClusterState cluster,
        IReadOnlyList<DestinationState> availableDestinations)
    {
        var caller = McpExchange.Of(context).Caller;
        var key = RendezvousHash.Key(caller?.Issuer, caller?.Subject ?? Caller.AnonymousSubject);
        DestinationState? best = null;
        var bestScore = 0UL;
        for (var i = 0; i < availableDestinations.Count; i++)
        {
            var destination = availableDestinations[i];
            var score = RendezvousHash.Score(key, destination.DestinationId);
            if (best is null || score > bestScore)
            {
                best = destination;
                bestScore = score;
            }
        }

        return best;
    }
}
