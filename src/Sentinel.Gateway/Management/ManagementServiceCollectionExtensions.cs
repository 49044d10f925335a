using Sentinel.Gateway.Management.Api;
using Sentinel.Gateway.Management.Viewers;

namespace Sentinel.Gateway.Management;

internal static class ManagementServiceCollectionExtensions
{
    /// <summary>Registers health, the dashboard's page and its API.</summary>
    public static IServiceCollection AddManagement(this IServiceCollection services)
    {
        services.AddSingleton<DestinationGauge>();
        services.AddSingleton(new StaticPage(typeof(StaticPage).Assembly));
        services.AddSingleton<ViewerSessions>();
        services.AddSingleton<SignInAttempts>();
        services.AddSingleton<StoreQuestions>();
        services.AddSingleton<ReadLog>();
        services.AddSingleton<SessionAnswers>();
        services.AddSingleton<CallAnswers>();
        services.AddSingleton<LiveAnswer>();
        services.AddSingleton<ExportAnswer>();
        services.AddSingleton<StatisticsAnswer>();
        services.AddSingleton<VerifyAnswer>();
        services.AddSingleton<MatrixAnswer>();
        services.AddSingleton<BackendsAnswer>();
        services.AddSingleton<StatusAnswer>();
        services.AddSingleton<ApiEndpoints>();
        return services;
    }

    /// <summary>The management listener's pipeline, in its order.</summary>
    public static void UseManagement(this IApplicationBuilder management)
    {
        management.UseMiddleware<ManagementEdgeMiddleware>();
        management.UseMiddleware<HealthMiddleware>(HealthMiddleware.ForOperators);
        management.UseMiddleware<MetricsMiddleware>();
        management.UseMiddleware<StaticPageMiddleware>();
        management.UseMiddleware<ManagementApi>();
    }
}
