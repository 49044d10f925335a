namespace Sentinel.Gateway.Forwarding;

internal static class ForwardingServiceCollectionExtensions
{
    /// <summary>What Sentinel presents to backends in the clients' place.</summary>
    public static IServiceCollection AddBackendCredentials(this IServiceCollection services)
    {
        services.AddSingleton<TokenEndpoint>();
        services.AddSingleton<BackendTokens>();
        return services;
    }
}
