using Sentinel.Gateway.Configuration.Json;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration;

/// <summary>Where API keys are good: faults and warnings of <c>ApiKeys[].Backends</c>.</summary>
internal static class ApiKeyChecks
{
    private const string ApiKeys = "$.Sentinel.Authentication.ApiKeys";

    public static void Run(AuthenticationOptions? authentication, FaultCollector faults)
    {
        var keys = authentication?.ApiKeys ?? [];
        for (var i = 0; i < keys.Count; i++)
        {
            if (keys[i].Backends is { Count: 0 } && !faults.HasWithin(PathOfBackends(i)))
            {
                faults.Add(
                    PathOfBackends(i),
                    "an empty list lets the key in nowhere; name its backends, or remove Backends for all of them");
            }
        }
    }

    /// <summary>Backends that do not exist: no faults, because one may come later.</summary>
    public static IEnumerable<string> Warn(
        AuthenticationOptions authentication,
        IReadOnlyList<ClusterConfig> clusters,
        FaultCollector faults)
    {
        for (var i = 0; i < authentication.ApiKeys.Count; i++)
        {
            var backends = authentication.ApiKeys[i].Backends ?? [];
            for (var j = 0; j < backends.Count; j++)
            {
                if (!clusters.Any(cluster => cluster.ClusterId.Equals(backends[j], StringComparison.Ordinal)))
                {
                    yield return new ConfigurationFault(
                        faults.PlaceOf(JsonPath.Item(PathOfBackends(i), j)),
                        $"there is no backend '{backends[j]}' in ReverseProxy.Clusters").ToString();
                }
            }
        }
    }

    private static string PathOfBackends(int index) =>
        JsonPath.Member(JsonPath.Item(ApiKeys, index), nameof(ApiKeyOptions.Backends));
}
