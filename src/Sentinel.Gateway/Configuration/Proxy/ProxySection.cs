using Sentinel.Gateway.Configuration.Json;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Sentinel.Gateway.Configuration.Proxy;

/// <summary>The <c>ReverseProxy</c> section: YARP's own schema, loaded and validated by YARP itself.</summary>
internal static class ProxySection
{
    /// <summary>How long nothing may move, where a cluster does not say.</summary>
    /// <remarks>YARP's own 100 seconds would end a silent stream that an MCP client is entitled to keep open.</remarks>
    public static readonly TimeSpan StreamTimeout = TimeSpan.FromMinutes(30);

    public static async Task<ProxyResult> ReadAsync(SourceNode? section, FaultCollector faults)
    {
        if (section is not null and not SourceObject)
        {
            faults.Add(section.Place, $"this is {section.Kind}; write an object: {{ … }}");
            return ProxyResult.Empty;
        }

        var node = section as SourceObject ?? new SourceObject(faults.PlaceOf("$.ReverseProxy"));
        var warnings = IgnoredKeys.Find(node);
        var routes = Entries(node, "Routes", faults);
        var clusters = Entries(node, "Clusters", faults);
        if (routes.Members.Count == 0 && !faults.HasAt(routes.Path))
        {
            faults.Add(routes.Path, "there are no routes; write at least one, else every request is answered 404");
        }

        RefuseColons(node, faults);
        var loaded = await YarpLoader.LoadAsync(routes, clusters, faults);
        var result = new ProxyResult(
            loaded.Routes,
            [.. loaded.Clusters.Select(WithStreamTimeout)],
            warnings);
        ProxyChecks.Run(result, routes, clusters, faults);
        return result;
    }

    private static SourceObject Entries(SourceObject section, string key, FaultCollector faults)
    {
        // YARP's loader takes keys in any case; so must this, or a section it acts on would go unchecked.
        var found = section.Find(key, StringComparison.OrdinalIgnoreCase);
        if (found is SourceObject entries)
        {
            return entries;
        }

        if (found is not null)
        {
            faults.Add(found.Place, $"this is {found.Kind}; write an object: {{ \"ID\": {{ … }} }}");
        }

        return new SourceObject(faults.PlaceOf(found?.Path ?? JsonPath.Member(section.Path, key)));
    }

    private static void RefuseColons(SourceNode node, FaultCollector faults)
    {
        foreach (var (key, value) in (node as SourceObject)?.Members ?? [])
        {
            if (key.Contains(':', StringComparison.Ordinal))
            {
                faults.Add(
                    value.Place, "the key contains ':', which YARP's configuration cannot carry; write another key");
            }

            RefuseColons(value, faults);
        }

        foreach (var item in (node as SourceArray)?.Items ?? [])
        {
            RefuseColons(item, faults);
        }
    }

    private static ClusterConfig WithStreamTimeout(ClusterConfig cluster) =>
        cluster.HttpRequest?.ActivityTimeout is not null
            ? cluster
            : cluster with
            {
                HttpRequest = (cluster.HttpRequest ?? ForwarderRequestConfig.Empty) with
                {
                    ActivityTimeout = StreamTimeout,
                },
            };
}

/// <summary>What YARP made of the section.</summary>
internal sealed record ProxyResult(
    IReadOnlyList<RouteConfig> Routes,
    IReadOnlyList<ClusterConfig> Clusters,
    IReadOnlyList<string> Warnings)
{
    public static readonly ProxyResult Empty = new([], [], []);
}
