using Sentinel.Gateway.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

namespace Sentinel.Gateway.Forwarding.Destinations;

internal static class DestinationServices
{
    /// <summary>How destinations are chosen, watched and timed; after YARP's own registrations.</summary>
    public static IServiceCollection AddDestinations(this IServiceCollection services)
    {
        services.AddSingleton<DestinationMetrics>();
        services.AddSingleton<ILoadBalancingPolicy, CallerHashPolicy>();
        services.AddSingleton<CircuitBreaker>();
        services.AddSingleton<CircuitGauge>();
        services.AddSingleton<IPassiveHealthCheckPolicy>(provider => provider.GetRequiredService<CircuitBreaker>());
        services.AddSingleton<IActiveHealthCheckPolicy, McpProbePolicy>();
        services.AddSingleton<IForwarderHttpClientFactory, BackendClientFactory>();

        // YARP's own factory is not public: it is taken over from its registration.
        var plain = services.Last(service => service.ServiceType == typeof(IProbingRequestFactory)).ImplementationType!;
        services.AddSingleton<IProbingRequestFactory>(provider => new ProbingRequestFactory(
            (IProbingRequestFactory)ActivatorUtilities.CreateInstance(provider, plain),
            provider.GetRequiredService<ConfigurationSource>()));
        return services;
    }
}
