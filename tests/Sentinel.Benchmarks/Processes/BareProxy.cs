using Sentinel.Benchmarks.Calls;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Benchmarks.Processes;

/// <summary>YARP with the route that the gateway has, and nothing else.</summary>
internal static class BareProxy
{
    public static async Task RunAsync(Uri backend)
    {
        var builder = Listener.Builder();
        builder.Services.AddRouting();
        builder.Services.AddReverseProxy().LoadFromMemory([Route()], [Cluster(backend)]);
        var app = builder.Build();
        app.UseRouting();
        app.MapReverseProxy();
        ((IApplicationBuilder)app).UseEndpoints(_ => { });
        await Listener.ServeAsync(app);
    }

    private static RouteConfig Route() => new()
    {
        RouteId = ToolCallBytes.Backend,
        ClusterId = ToolCallBytes.Backend,
        Match = new RouteMatch { Path = $"/{ToolCallBytes.Backend}/{{**rest}}" },
        Transforms = [new Dictionary<string, string> { ["PathRemovePrefix"] = $"/{ToolCallBytes.Backend}" }],
    };

    private static ClusterConfig Cluster(Uri backend) => new()
    {
        ClusterId = ToolCallBytes.Backend,
        Destinations = new Dictionary<string, DestinationConfig>
        {
            ["a"] = new() { Address = backend.AbsoluteUri },
        },
    };
}
