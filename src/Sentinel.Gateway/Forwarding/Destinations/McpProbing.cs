using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Proxy;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>The request of an active health check: an MCP probe where the cluster says so, else YARP's own.</summary>
/// <param name="plain">YARP's own factory, which knows the address, the path and the version.</param>
/// <param name="configuration">Has the credentials.</param>
internal sealed class ProbingRequestFactory(IProbingRequestFactory plain, ConfigurationSource configuration)
    : IProbingRequestFactory
{
    public HttpRequestMessage CreateRequest(ClusterModel cluster, DestinationModel destination)
    {
        var request = plain.CreateRequest(cluster, destination);
        return OwnPolicies.HasMcpProbe(cluster.Config)
            ? new McpProbe(request, configuration.Current.Backends.GetValueOrDefault(cluster.Config.ClusterId))
            : request;
    }
}

/// <summary>An active health policy: judges MCP probes as YARP's <c>ConsecutiveFailures</c> judges its own.</summary>
/// <param name="services">Asked late, because that policy is one of the list in which this one is.</param>
internal sealed class McpProbePolicy(IServiceProvider services) : IActiveHealthCheckPolicy
{
    private readonly Lazy<IActiveHealthCheckPolicy> _failures = new(() => services
        .GetServices<IActiveHealthCheckPolicy>()
        .First(policy => policy.Name == HealthCheckConstants.ActivePolicy.ConsecutiveFailures));

    public string Name => OwnPolicies.McpProbe;

    public void ProbingCompleted(ClusterState cluster, IReadOnlyList<DestinationProbingResult> probingResults) =>
        _failures.Value.ProbingCompleted(cluster, probingResults);
}
