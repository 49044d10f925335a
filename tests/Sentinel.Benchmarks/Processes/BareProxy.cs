using Sentinel.Benchmarks.Load;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Benchmarks.Processes;

/// <summary>YARP with the route that the gateway has, and nothing else.</summary>
internal static class BareProxy
{
    /// <param name="backend">Where calls go.</param>
    /// <param name="routes">How many routes there are besides, each with a cluster of its own.</param>
    public static async Task RunAsync(Uri backend, int routes = 0)
    {
        var builder = Listener.Builder();
        builder.Services.AddRouting();
        builder.Services.AddReverseProxy().LoadFromMemory(
            [.. Names(routes).Select(Route)], [.. Names(routes).Select(name => Cluster(name, backend))]);
        var app = builder.Build();
        app.UseRouting();
        app.MapReverseProxy();
        ((IApplicationBuilder)app).UseEndpoints(_ => { });
        await Listener.ServeAsync(app);
    }

    private static IEnumerable<string> Names(int routes) =>
        Enumerable.Range(0, routes).Select(ManyRoutes.Name).Append(ToolCallBytes.Backend);

    private static RouteConfig Route(string name) => new()
    {
        RouteId = name,
        ClusterId = name,
        Match = new RouteMatch { Path = $"/{name}/{{**rest}}" },
        Transforms = [new Dictionary<string, string> { ["PathRemovePrefix"] = $"/{name}" }],
    };

    private static ClusterConfig Cluster(string name, Uri backend) => new()
    {
        ClusterId = name,
        Destinations = new Dictionary<string, DestinationConfig>
        {
            ["a"] = new() { Address = backend.AbsoluteUri },
        },
    };
}
