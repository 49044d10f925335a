using Sentinel.Gateway.Exchange.Metering;
using Sentinel.Gateway.Forwarding.Destinations;
using Sentinel.Gateway.Management;
using Sentinel.Gateway.Management.Telemetry;
using Sentinel.Gateway.Recording;
using Sentinel.Gateway.Recording.Spans;

namespace Sentinel.Gateway.Hosting;

/// <summary>What measures, traces and sends.</summary>
internal static class TelemetryServices
{
    /// <summary>To be called early: what is registered first is stopped last, and so sends what the others did.
    /// </summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services)
    {
        services.AddSingleton<OtlpExport>();
        services.AddHostedService(provider => provider.GetRequiredService<OtlpExport>());
        services.AddSingleton<Histograms>();
        services.AddSingleton<MetricStore>();
        services.AddSingleton<ReplicaMetrics>();
        services.AddSingleton<ExportFaults>();
        services.AddSingleton<ExchangeScopes>();
        services.AddSingleton<ExchangeTracer>();
        services.AddSingleton<CallMetrics>();
        services.AddSingleton<RefusalMetrics>();
        services.AddSingleton<OpenCallsGauge>();
        return services;
    }

    /// <summary>Listens from here on, so that no measurement is missed, and makes what only measures.</summary>
    public static void Begin(IServiceProvider services)
    {
        services.GetRequiredService<MetricStore>();
        services.GetRequiredService<ReplicaMetrics>();
        services.GetRequiredService<ExportFaults>();
        services.GetRequiredService<DestinationGauge>();
        services.GetRequiredService<CircuitGauge>();
        services.GetRequiredService<OpenCallsGauge>();
    }
}
