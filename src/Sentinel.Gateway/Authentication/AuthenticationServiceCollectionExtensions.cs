namespace Sentinel.Gateway.Authentication;

internal static class AuthenticationServiceCollectionExtensions
{
    /// <summary>
    /// Registers what finds callers, and the loop that fetches issuers' keys ahead of the first call.
    /// </summary>
    public static IServiceCollection AddSentinelAuthentication(this IServiceCollection services)
    {
        services.AddSingleton<MetadataReader>();
        services.AddSingleton<IssuerMetrics>();
        services.AddSingleton<IssuerDirectory>();
        services.AddHostedService(provider => provider.GetRequiredService<IssuerDirectory>());
        services.AddSingleton<CallerDirectory>();
        services.AddSingleton<LoginLog>();
        services.AddSingleton<CredentialChecker>();
        return services;
    }
}
