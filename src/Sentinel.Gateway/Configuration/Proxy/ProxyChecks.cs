using Sentinel.Gateway.Configuration.Binding;
using Sentinel.Gateway.Configuration.Json;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration.Proxy;

/// <summary>What YARP lets pass: it would fail at the first request, or blur who a backend is.</summary>
internal static class ProxyChecks
{
    /// <summary>What the audit log writes for a call that reached no backend; no backend may look so.</summary>
    private const string NoBackend = "unknown";

    public static void Run(ProxyResult proxy, SourceObject routes, SourceObject clusters, FaultCollector faults)
    {
        var ids = clusters.Members.Select(member => member.Key).ToList();
        foreach (var id in ids)
        {
            CheckId(id, JsonPath.Member(clusters.Path, id), faults);
        }

        foreach (var route in proxy.Routes)
        {
            CheckCluster(route, JsonPath.Member(routes.Path, route.RouteId), ids, faults);
        }

        foreach (var cluster in proxy.Clusters)
        {
            CheckDestinations(cluster, JsonPath.Member(clusters.Path, cluster.ClusterId), faults);
            OwnPolicies.Check(cluster, JsonPath.Member(clusters.Path, cluster.ClusterId), faults);
        }
    }

    private static void CheckId(string id, string path, FaultCollector faults)
    {
        if (!Names.IsValid(id))
        {
            faults.Add(path, $"'{id}' is no cluster id; {Names.Remedy}");
        }
        else if (string.Equals(id, NoBackend, StringComparison.OrdinalIgnoreCase))
        {
            faults.Add(path, $"'{id}' is what the audit log writes for calls that reach no backend; write another id");
        }
    }

    private static void CheckCluster(RouteConfig route, string path, List<string> clusters, FaultCollector faults)
    {
        var at = JsonPath.Member(path, nameof(RouteConfig.ClusterId));
        if (string.IsNullOrEmpty(route.ClusterId))
        {
            faults.Add(at, "the route names no cluster; write the id of one");
            return;
        }

        if (clusters.Contains(route.ClusterId, StringComparer.Ordinal))
        {
            return;
        }

        // YARP finds clusters in any case; policy and audit compare the id as written, so there is one spelling.
        var sameButCase = clusters.Find(id => string.Equals(id, route.ClusterId, StringComparison.OrdinalIgnoreCase));
        var near = sameButCase ?? Suggestion.Nearest(route.ClusterId, clusters);
        var remedy = sameButCase is not null ? $"cluster ids are case-sensitive: write '{sameButCase}'"
            : near is not null ? $"did you mean '{near}'?"
            : clusters.Count == 0 ? "none is defined"
            : $"defined are {string.Join(", ", clusters)}";
        faults.Add(at, $"the cluster '{route.ClusterId}' does not exist; {remedy}");
    }

    private static void CheckDestinations(ClusterConfig cluster, string path, FaultCollector faults)
    {
        var at = JsonPath.Member(path, nameof(ClusterConfig.Destinations));
        if (cluster.Destinations is not { Count: > 0 })
        {
            faults.Add(at, "the cluster has no destinations; write at least one with an Address");
            return;
        }

        foreach (var (name, destination) in cluster.Destinations)
        {
            CheckAddress(
                destination.Address,
                JsonPath.Member(JsonPath.Member(at, name), nameof(DestinationConfig.Address)),
                faults);
        }
    }

    private static void CheckAddress(string? address, string path, FaultCollector faults)
    {
        const string Remedy = "write an absolute http or https URL, for example http://10.0.0.5:3000/";
        if (string.IsNullOrEmpty(address))
        {
            faults.Add(path, $"the destination has no address; {Remedy}");
        }
        else if (!Uri.TryCreate(address, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            faults.Add(path, $"this is no address of a backend; {Remedy}");
        }
        else if (url.UserInfo.Length > 0)
        {
            faults.Add(path, "the address carries a user name or password; secrets never stand in the file, remove it");
        }
        else if (url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            faults.Add(path, "the address has a query or fragment, which YARP drops; remove it");
        }
    }
}
