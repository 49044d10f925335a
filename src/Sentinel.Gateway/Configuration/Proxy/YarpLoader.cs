using Sentinel.Gateway.Configuration.Json;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration.Proxy;

/// <summary>Lets YARP's own loader and validator read the section, and gives each of their faults its path.</summary>
internal static class YarpLoader
{
    public static async Task<ProxyResult> LoadAsync(SourceObject routes, SourceObject clusters, FaultCollector faults)
    {
        await using var all = Provide([.. routes.Members], [.. clusters.Members]);
        var config = TryLoad(all, out _);
        if (config is null)
        {
            // YARP stops at the first entry it cannot convert and does not name it: one by one, each tells its own.
            LoadEach(routes, clusters, faults);
            return ProxyResult.Empty;
        }

        var validator = all.GetRequiredService<IConfigValidator>();
        foreach (var route in config.Routes)
        {
            Add(faults, routes, route.RouteId, await validator.ValidateRouteAsync(route));
        }

        foreach (var cluster in config.Clusters)
        {
            Add(faults, clusters, cluster.ClusterId, await validator.ValidateClusterAsync(cluster));
        }

        return new ProxyResult(config.Routes, config.Clusters, []);
    }

    private static void LoadEach(SourceObject routes, SourceObject clusters, FaultCollector faults)
    {
        foreach (var (entries, isRoute) in new[] { (routes, true), (clusters, false) })
        {
            foreach (var entry in entries.Members)
            {
                using var one = isRoute ? Provide([entry], []) : Provide([], [entry]);
                if (TryLoad(one, out var e) is null)
                {
                    Add(faults, entries, entry.Key, [e!]);
                }
            }
        }
    }

    private static void Add(FaultCollector faults, SourceObject entries, string id, IEnumerable<Exception> exceptions)
    {
        foreach (var e in exceptions)
        {
            var message = e.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.');
            faults.Add(JsonPath.Member(entries.Path, id), $"YARP refuses this: {message}");
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
