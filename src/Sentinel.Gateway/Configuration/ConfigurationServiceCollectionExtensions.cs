using Microsoft.Extensions.DependencyInjection.Extensions;
using Sentinel.Gateway.Configuration.Reload;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration;

internal static class ConfigurationServiceCollectionExtensions
{
    /// <summary>Registers the loaded source, YARP's provider over it, and the loop that watches the file.</summary>
    public static IServiceCollection AddSentinelConfiguration(
        this IServiceCollection services,
        ConfigurationSource source)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(source);
        services.AddSingleton<IProxyConfigProvider, SnapshotProxyConfigProvider>();
        services.AddSingleton<ConfigurationWatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<ConfigurationWatcher>());
        return services;
    }
}
