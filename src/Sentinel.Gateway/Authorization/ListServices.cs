using Sentinel.Gateway.Authorization.Lists;
using Sentinel.Gateway.Authorization.Pinning;

namespace Sentinel.Gateway.Authorization;

internal static class ListServices
{
    /// <summary>Registers what callers are shown, and the comparison of tools with the approved ones.</summary>
    public static IServiceCollection AddLists(this IServiceCollection services)
    {
        services.AddSingleton<ListMetrics>();
        services.AddSingleton<ListFilterTransform>();
        services.AddSingleton<SeenTools>();
        services.AddSingleton<PinnedCalls>();
        services.AddHostedService<BackendToolWatch>();
        return services;
    }
}
