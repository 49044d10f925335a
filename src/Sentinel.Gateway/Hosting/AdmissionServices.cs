using Sentinel.Gateway.Authorization;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Management;

namespace Sentinel.Gateway.Hosting;

/// <summary>Registers what lets requests in, and knows those that are in.</summary>
internal static class AdmissionServices
{
    public static IServiceCollection AddAdmission(this IServiceCollection services)
    {
        services.AddSingleton<RunningExchanges>();
        services.AddSingleton<DrainState>();
        services.AddSingleton<Overload>();
        services.AddSingleton<Admission>();
        services.AddSingleton<ConnectionGate>();
        return services;
    }
}
