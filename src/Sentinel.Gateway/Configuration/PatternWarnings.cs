using Sentinel.Gateway.Configuration.Json;
using Sentinel.Gateway.Rbac;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration;

/// <summary>
/// Finds rules that can never match: about backends that do not exist, or covered by rules that forbid. No faults,
/// because a backend may come later and a switch be undone.
/// </summary>
internal static class PatternWarnings
{
    private const string Rbac = "$.Sentinel.Rbac";

    public static IEnumerable<string> Find(
        RbacOptions rbac,
        IReadOnlyList<ClusterConfig> clusters,
        FaultCollector faults)
    {
        var ids = clusters.Select(cluster => cluster.ClusterId).ToList();
        var disabled = rbac.Disabled.Select((pattern, i) => (pattern, $"Disabled[{i}]")).ToList();
        var warnings = new List<(string Path, string Problem)>();
        foreach (var (name, role) in rbac.Roles)
        {
            var path = JsonPath.Member($"{Rbac}.Roles", name);
            var denied = role.Deny
                .Select((rule, i) => (rule, $"Deny[{i}]"))
                .Where(deny => deny.rule is { Arguments.Count: 0, Shadow: false })
                .Select(deny => (deny.rule.Tool, deny.Item2));
            var allow = role.Allow.Select(rule => rule.Tool).ToList();
            warnings.AddRange(OfUnknownBackends(allow, $"{path}.Allow", ids, StringComparer.Ordinal));
            warnings.AddRange(OfCovered(allow, $"{path}.Allow", [.. disabled, .. denied]));
            var deny = role.Deny.Select(rule => rule.Tool).ToList();
            warnings.AddRange(OfUnknownBackends(deny, $"{path}.Deny", ids, StringComparer.OrdinalIgnoreCase));
            warnings.AddRange(OfCovered(deny, $"{path}.Deny", disabled));
        }

        warnings.AddRange(OfUnknownBackends(
            rbac.Disabled, $"{Rbac}.Disabled", ids, StringComparer.OrdinalIgnoreCase));
        return warnings.Select(warning =>
            new ConfigurationFault(faults.PlaceOf(warning.Path), warning.Problem).ToString());
    }

    private static IEnumerable<(string Path, string Problem)> OfUnknownBackends(
        IReadOnlyList<TargetPattern> patterns,
        string path,
        List<string> clusters,
        StringComparer comparer)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            var backend = patterns[i].Backend;
            if (Glob.IsLiteralText(backend) && !clusters.Contains(backend, comparer))
            {
                yield return (
                    JsonPath.Item(path, i),
                    $"'{patterns[i]}' matches nothing: there is no backend '{backend}' in ReverseProxy.Clusters");
            }
        }
    }

    private static IEnumerable<(string Path, string Problem)> OfCovered(
        List<TargetPattern> patterns,
        string path,
        IReadOnlyList<(TargetPattern Pattern, string Name)> forbidding)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            var covering = forbidding.FirstOrDefault(other => other.Pattern.Covers(patterns[i]));
            if (covering.Pattern is not null)
            {
                yield return (
                    JsonPath.Item(path, i),
                    $"'{patterns[i]}' never decides: {covering.Name} '{covering.Pattern}' forbids all of it");
            }
        }
    }
}
