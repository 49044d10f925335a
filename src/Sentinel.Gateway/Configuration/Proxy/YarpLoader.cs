using Sentinel.Gateway.Configuration.Json;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration.Proxy;

/// <summary>Lets YARP's own loader and validator read the section, and gives each of their faults its path.</summary>
internal static class YarpLoader
{
    /// <returns>What YARP could load; entries that it could not are missing and at fault.</returns>
    public static async Task<ProxyResult> LoadAsync(SourceObject routes, SourceObject clusters, FaultCollector faults)
    {
        await using var services = Provide(Carried(routes), Carried(clusters));
        var loaded = TryLoad(services, out _) is { } all
            ? new ProxyResult(all.Routes, all.Clusters, [])
            : LoadEach(routes, clusters, faults);
        var validator = services.GetRequiredService<IConfigValidator>();
        foreach (var route in loaded.Routes)
        {
            Add(faults, routes, route.RouteId, await validator.ValidateRouteAsync(route));
        }

        foreach (var cluster in loaded.Clusters)
        {
            var known = OwnPolicies.WithoutThem(cluster);
            Add(faults, clusters, cluster.ClusterId, await validator.ValidateClusterAsync(known));
        }

        return loaded;
    }

    // YARP stops at the first entry it cannot convert and does not name it: one by one, each tells its own.
    private static ProxyResult LoadEach(SourceObject routes, SourceObject clusters, FaultCollector faults)
    {
        var goodRoutes = new List<RouteConfig>();
        var goodClusters = new List<ClusterConfig>();
        foreach (var (entries, isRoute) in new[] { (routes, true), (clusters, false) })
        {
            foreach (var entry in Carried(entries))
            {
                using var one = isRoute ? Provide([entry], []) : Provide([], [entry]);
                if (TryLoad(one, out var e) is { } config)
                {
                    goodRoutes.AddRange(config.Routes);
                    goodClusters.AddRange(config.Clusters);
                }
                else
                {
                    Add(faults, entries, entry.Key, [e!]);
                }
            }
        }

        return new ProxyResult(goodRoutes, goodClusters, []);
    }

    // A ':' in a key is a fault already; flattened, it would be an entry that nobody wrote.
    private static KeyValuePair<string, SourceNode>[] Carried(SourceObject entries) =>
        [.. entries.Members.Where(entry => !entry.Key.Contains(':', StringComparison.Ordinal))];

    private static void Add(FaultCollector faults, SourceObject entries, string id, IEnumerable<Exception> exceptions)
    {
        foreach (var e in exceptions)
        {
            var causes = Causes(e).Distinct(StringComparer.Ordinal);
            faults.Add(JsonPath.Member(entries.Path, id), $"YARP refuses this: {string.Join(": ", causes)}");
        }
    }

    private static IEnumerable<string> Causes(Exception e)
    {
        for (var at = e; at is not null; at = at.InnerException)
        {
            yield return at.Message.ReplaceLineEndings(" ").TrimEnd('.');
        }
    }

    private static IProxyConfig? TryLoad(ServiceProvider services, out Exception? exception)
    {
        try
        {
            exception = null;
            return services.GetRequiredService<IProxyConfigProvider>().GetConfig();
        }
        // Which types its conversions throw is YARP's own business: all of them mean that the text cannot be used.
        catch (Exception e)
        {
            exception = e;
            return null;
        }
    }

    private static ServiceProvider Provide(
        KeyValuePair<string, SourceNode>[] routes,
        KeyValuePair<string, SourceNode>[] clusters)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Array.ForEach(routes, entry => Flatten(entry.Value, $"Routes:{entry.Key}", values));
        Array.ForEach(clusters, entry => Flatten(entry.Value, $"Clusters:{entry.Key}", values));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddReverseProxy().LoadFromConfig(configuration);
        return services.BuildServiceProvider();
    }

    // As .NET's JSON provider flattens: an empty object or list leaves its key, so that an empty cluster is seen.
    private static void Flatten(SourceNode node, string key, Dictionary<string, string?> values)
    {
        switch (node)
        {
            case SourceObject { Members.Count: > 0 } map:
                foreach (var (name, value) in map.Members)
                {
                    Flatten(value, $"{key}:{name}", values);
                }

                break;
            case SourceArray { Items.Count: > 0 } list:
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Flatten(list.Items[i], $"{key}:{i}", values);
                }

                break;
            default:
                values[key] = node switch
                {
                    SourceArray => "",
                    SourceScalar { Type: not ScalarType.Null } scalar => scalar.Text,
                    _ => null,
                };
                break;
        }
    }
}
