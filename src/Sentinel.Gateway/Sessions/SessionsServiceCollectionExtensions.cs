using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Sessions;

internal static class SessionsServiceCollectionExtensions
{
    /// <summary>Registers the seals, the response transform, and what Forwarding seals endpoints with.</summary>
    public static IServiceCollection AddSentinelSessions(this IServiceCollection services)
    {
        services.AddSingleton<SessionSeals>();
        services.AddSingleton<SessionTransform>();
        services.AddSingleton<SealedEndpoint>();
        services.AddSingleton<SealEndpoint>(provider => provider.GetRequiredService<SealedEndpoint>().Seal);
        return services;
    }
}
