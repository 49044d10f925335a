using Sentinel.Gateway.Configuration.Json;
using Sentinel.Gateway.Rbac;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration;

/// <summary>Finds rules about backends that do not exist: no faults, because a backend may come later.</summary>
internal static class PatternWarnings
{
    public static IEnumerable<string> Find(
        RbacOptions rbac,
        IReadOnlyList<ClusterConfig> clusters,
        FaultCollector faults)
    {
        var ids = clusters.Select(cluster => cluster.ClusterId).ToList();
        foreach (var (name, role) in rbac.Roles)
        {
            var path = JsonPath.Member("$.Sentinel.Rbac.Roles", name);
            foreach (var warning in Find(role.Allow, $"{path}.Allow", ids, StringComparer.Ordinal, faults)
                         .Concat(Find(role.Deny, $"{path}.Deny", ids, StringComparer.OrdinalIgnoreCase, faults)))
            {
                yield return warning;
            }
        }

        foreach (var warning in Find(
                     rbac.Disabled, "$.Sentinel.Rbac.Disabled", ids, StringComparer.OrdinalIgnoreCase, faults))
        {
            yield return warning;
        }
    }

    private static IEnumerable<string> Find(
        IReadOnlyList<ToolPattern> patterns,
        string path,
        List<string> clusters,
        StringComparer comparer,
        FaultCollector faults)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            var text = patterns[i].ToString();
            var backend = text[..Math.Max(0, text.IndexOf('/', StringComparison.Ordinal))];
            if (backend.Length > 0 && !backend.Contains('*', StringComparison.Ordinal)
                && !clusters.Contains(backend, comparer))
            {
                yield return new ConfigurationFault(
                    faults.PlaceOf(JsonPath.Item(path, i)),
                    $"'{text}' matches nothing: there is no backend '{backend}' in ReverseProxy.Clusters").ToString();
            }
        }
    }
}
