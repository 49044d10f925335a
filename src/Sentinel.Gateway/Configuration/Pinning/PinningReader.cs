using Sentinel.Gateway.Configuration.Binding;
using Sentinel.Gateway.Configuration.Json;
using Sentinel.Gateway.Configuration.Reload;
using Sentinel.Gateway.Rbac;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration.Pinning;

/// <summary>Reads the approved tools of those backends whose tools are pinned.</summary>
internal static class PinningReader
{
    private const string Section = "$.Sentinel.Rbac.Pinning";

    /// <param name="rbac">Which backends' tools are pinned.</param>
    /// <param name="clusters">The backends.</param>
    /// <param name="toolsLock">What was seen of tools.lock.json; it need not be there if nothing is pinned.</param>
    /// <param name="faults">Where faults go.</param>
    public static ToolPins Read(
        RbacOptions rbac,
        IReadOnlyList<ClusterConfig> clusters,
        FileLook? toolsLock,
        FaultCollector faults)
    {
        CheckBackendsExist(rbac, clusters, faults);
        if (rbac.Pinning.Values.All(mode => mode is PinningMode.Off))
        {
            return ToolPins.None;
        }

        if (toolsLock is not { Fault: null } look)
        {
            var why = toolsLock?.Fault?.Problem ?? $"there is no {ToolsLock.FileName}";
            faults.Add(Section, $"pinning needs the approved tools: {why}; `sentinel policy approve` writes it");
            return ToolPins.None;
        }

        var approved = ToolsLock.Parse(look.Content, out var problem);
        if (problem is not null)
        {
            faults.Add(
                Section,
                $"{ToolsLock.FileName} cannot be used: {problem}; `sentinel policy approve` writes it anew");
            return ToolPins.None;
        }

        return new ToolPins(
            rbac.Pinning,
            approved.Backends.SelectMany(backend =>
                backend.Value.Values.Select(tool => (backend.Key, tool.Name, tool.Sha256))));
    }

    // No warning but a fault: the protection that was meant would not be there.
    private static void CheckBackendsExist(
        RbacOptions rbac,
        IReadOnlyList<ClusterConfig> clusters,
        FaultCollector faults)
    {
        var ids = clusters.Select(cluster => cluster.ClusterId).ToList();
        foreach (var backend in rbac.Pinning.Keys.Where(backend => !ids.Contains(backend, StringComparer.Ordinal)))
        {
            if (!faults.HasWithin("$.ReverseProxy"))
            {
                var remedy = Suggestion.Nearest(backend, ids) is { } near
                    ? $"did you mean '{near}'?"
                    : $"defined are {string.Join(", ", ids)}";
                faults.Add(
                    JsonPath.Member(Section, backend),
                    $"there is no backend '{backend}' in ReverseProxy.Clusters; {remedy}");
            }
        }
    }
}
