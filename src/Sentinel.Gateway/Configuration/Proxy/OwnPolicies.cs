using System.Globalization;
using Sentinel.Gateway.Configuration.Json;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration.Proxy;

/// <summary>Policies that a cluster may name beside YARP's own, and what they read from it.</summary>
internal static class OwnPolicies
{
    /// <summary>A <c>LoadBalancingPolicy</c>: each caller keeps to one destination.</summary>
    public const string CallerHash = "CallerHash";

    /// <summary>A policy of <c>HealthCheck.Active</c>: probes speak MCP.</summary>
    public const string McpProbe = "Mcp";

    /// <summary>A policy of <c>HealthCheck.Passive</c>: what fails is left alone, and then tried once.</summary>
    public const string CircuitBreaker = "CircuitBreaker";

    /// <summary>A cluster's metadata: how many failures in a row open the circuit.</summary>
    public const string FailuresKey = "CircuitBreaker.Failures";

    private const int FailuresDefault = 5;
    private const int FailuresMax = 1000;

    private static readonly TimeSpan OpenDefault = TimeSpan.FromSeconds(10);

    /// <summary>How many failures in a row open the circuit.</summary>
    public static int Failures(ClusterConfig cluster) =>
        cluster.Metadata?.GetValueOrDefault(FailuresKey) is { } text
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var failures)
            ? failures
            : FailuresDefault;

    /// <summary>How long an open circuit leaves its destination alone.</summary>
    public static TimeSpan OpenPeriod(ClusterConfig cluster) =>
        cluster.HealthCheck?.Passive?.ReactivationPeriod ?? OpenDefault;

    public static bool HasCircuitBreaker(ClusterConfig cluster) =>
        cluster.HealthCheck?.Passive is { Enabled: true, Policy: { } policy } && Is(policy, CircuitBreaker);

    public static bool HasMcpProbe(ClusterConfig cluster) =>
        cluster.HealthCheck?.Active is { Enabled: true, Policy: { } policy } && Is(policy, McpProbe);

    /// <summary>The cluster as YARP's own validator knows it, without the names that it does not.</summary>
    public static ClusterConfig WithoutThem(ClusterConfig cluster)
    {
        var health = cluster.HealthCheck;
        return cluster with
        {
            LoadBalancingPolicy = Is(cluster.LoadBalancingPolicy, CallerHash) ? null : cluster.LoadBalancingPolicy,
            HealthCheck = health is null
                ? null
                : health with
                {
                    Active = Is(health.Active?.Policy, McpProbe)
                        ? health.Active! with { Policy = null }
                        : health.Active,
                    Passive = Is(health.Passive?.Policy, CircuitBreaker)
                        ? health.Passive! with { Policy = null }
                        : health.Passive,
                },
        };
    }

    public static void Check(ClusterConfig cluster, string path, FaultCollector faults)
    {
        if (cluster.Metadata?.TryGetValue(FailuresKey, out var text) == true
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var failures)
                || failures is < 1 or > FailuresMax))
        {
            faults.Add(
                JsonPath.Member(JsonPath.Member(path, nameof(ClusterConfig.Metadata)), FailuresKey),
                $"this is no number of failures; write a whole number from 1 to {FailuresMax}");
        }

        if (HasCircuitBreaker(cluster) && OpenPeriod(cluster) <= TimeSpan.Zero)
        {
            faults.Add(
                $"{path}.HealthCheck.Passive.ReactivationPeriod",
                "this is no time to leave a destination alone for; write one such as 00:00:10");
        }

        if (HasMcpProbe(cluster) && cluster.HealthCheck!.Active!.Path is null)
        {
            faults.Add(
                $"{path}.HealthCheck.Active.Path",
                "there is no path to probe; write that of the server's MCP endpoint, for example /mcp");
        }
    }

    private static bool Is(string? policy, string own) =>
        string.Equals(policy, own, StringComparison.OrdinalIgnoreCase);
}
