using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Sentinel.Audit;
using Sentinel.Gateway.Authentication;
using Sentinel.Gateway.Authentication.Edge;
using Sentinel.Gateway.Authentication.Metadata;
using Sentinel.Gateway.Authorization;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Forwarding;
using Sentinel.Gateway.Forwarding.Destinations;
using Sentinel.Gateway.Inspection;
using Sentinel.Gateway.Management;
using Sentinel.Gateway.Recording;
using Sentinel.Gateway.Sessions;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Sentinel.Gateway.Hosting;

/// <summary>Every registration, and the order of the pipeline.</summary>
internal static class GatewayHost
{
    /// <param name="configuration">proxy.json, loaded.</param>
    /// <param name="urls">Where MCP clients connect.</param>
    /// <param name="replace">What a test puts in the place of a registration; null for none.</param>
    public static WebApplication Build(
        ConfigurationSource configuration,
        IReadOnlyList<BindingAddress> urls,
        Action<IServiceCollection>? replace = null)
    {
        Listeners.CheckCertificate(urls, configuration);
        var sentinel = configuration.Current.Sentinel;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "sentinel" });
        builder.Configuration.AddEnvironmentVariables();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestHeadersTotalSize = sentinel.Limits.MaxRequestHeaderBytes;

            // Inspection has the cap: it knows the setting of the snapshot, and answers with a message.
            kestrel.Limits.MaxRequestBodySize = null;

            // A client that stops reading holds its backend back. By default Kestrel would cut it after five seconds;
            // the forwarder does, after the cluster's ActivityTimeout.
            kestrel.Limits.MinResponseDataRate = null;
            var gate = kestrel.ApplicationServices.GetRequiredService<ConnectionGate>();
            kestrel.ConfigureEndpointDefaults(listen => listen.Use(gate.Guard));
            foreach (var url in urls)
            {
                Listeners.Listen(kestrel, url, configuration, isManagement: false);
            }

            kestrel.ConfigureEndpointDefaults(_ => { });

            foreach (var url in Listeners.Parse(sentinel.Management.Url))
            {
                Listeners.Listen(kestrel, url, configuration, isManagement: true);
            }
        });
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = ConnectionGate.Bind);
        Logs.Add(builder.Logging, builder.Configuration, sentinel.Telemetry);
        AddServices(builder.Services, configuration);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout =
            TimeSpan.FromSeconds(sentinel.Shutdown.LoadBalancerSeconds + sentinel.Shutdown.DrainSeconds)
            + Drain.Grace);

        replace?.Invoke(builder.Services);
        var app = builder.Build();
        ConfigurePipeline(app);
        return app;
    }

    /// <summary>The addresses that traffic is served on, once the host has started.</summary>
    public static (IReadOnlyList<string> Traffic, string Management) Addresses(WebApplication app)
    {
        var features = app.Services.GetRequiredService<IServer>().Features;
        var all = features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        return (all[..^1], all[^1]);
    }

    private static void AddServices(IServiceCollection services, ConfigurationSource configuration)
    {
        services.AddRouting();
        services.AddSentinelConfiguration(configuration);
        services.AddTelemetry();
        services.AddSentinelAuthentication();
        services.AddSentinelAudit(configuration.Current.Sentinel.Audit);
        services.AddSentinelSessions();
        services.AddReverseProxy();
        services.AddDestinations();
        services.AddSingleton<ITransformProvider, TransformOrder>();
        services.AddSingleton<RequestInspector>();
        services.AddSingleton<InspectRequest>(provider => provider.GetRequiredService<RequestInspector>().InspectAsync);
        services.AddSingleton<MethodMetrics>();
        services.AddSingleton<CallLimiter>();
        services.AddSingleton<LimitMetrics>();
        services.AddSingleton<CallerSlots>();
        services.AddSingleton<AuthorizationTransform>();
        services.AddBackendCredentials();
        services.AddLists();
        services.AddSingleton<EndpointEventTransform>();
        services.AddSingleton<CallRecorder>();
        services.AddSingleton<OpenCallsTransform>();
        services.AddSingleton<BeginTransform>();
        services.AddSingleton<ObserverTransform>();

        // Stops before the audit writer does, which is registered earlier: open calls still become rows.
        services.AddSingleton<OpenCalls>();
        services.AddHostedService(provider => provider.GetRequiredService<OpenCalls>());
        services.AddSingleton<CheckCredential>(
            provider => provider.GetRequiredService<CredentialChecker>().CheckAsync);
        services.AddManagement();
        services.AddAdmission();

        // Registered late, and so stopped early: right after the server.
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
    }

    private static void ConfigurePipeline(WebApplication app)
    {
        TelemetryServices.Begin(app.Services);
        app.MapWhen(Listeners.IsManagement, management => management.UseManagement());
        app.UseMiddleware<HealthMiddleware>();
        app.UseMiddleware<ExchangeMiddleware>();
        app.UseMiddleware<EdgeMiddleware>();
        app.Use(ResourceMetadata.Ask);
        app.UseRouting();
        app.Use(ExchangeMiddleware.KeepToRoute);
        app.Use(ResourceMetadata.Answer);
        app.UseMiddleware<RequestShapeMiddleware>();
        app.UseMiddleware<AuthenticationMiddleware>();

        var configuration = app.Services.GetRequiredService<ConfigurationSource>();
        app.MapReverseProxy(proxy =>
        {
            proxy.UseMiddleware<RecordingMiddleware>();
            proxy.UseMiddleware<CallerSlotsMiddleware>();
            proxy.UseMiddleware<BackendFaultMiddleware>();
            proxy.UseMiddleware<SessionMiddleware>();
            proxy.UseMiddleware<FailOverMiddleware>();
            proxy.UseSessionAffinity();
            proxy.UseLoadBalancing();
            proxy.UseMiddleware<CircuitMiddleware>();
            proxy.UsePassiveHealthChecks();
        }).ConfigureEndpoints((endpoint, route) => endpoint.WithMetadata(configuration.For(route)));

        // Before the fallback: left to itself the host would put the endpoints after it.
        ((IApplicationBuilder)app).UseEndpoints(_ => { });
        app.Run(context => RefusalWriter.WriteAsync(context, Refusal.RouteUnknown).AsTask());
    }
}
