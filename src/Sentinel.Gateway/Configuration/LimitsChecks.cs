using System.Globalization;
using Sentinel.Gateway.Configuration.Json;
using Sentinel.Gateway.Rbac;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration;

/// <summary>Checks and compiles the <c>Limits</c> section.</summary>
internal static class LimitsChecks
{
    // Every pattern is tried for every call; whoever needs more of them means one with a star.
    private const int PatternsMax = 1000;

    private const string PerTool = "$.Sentinel.Limits.ToolCallsPerMinute.PerTool";

    public static void Run(LimitsOptions options, FaultCollector faults)
    {
        var perTool = options.ToolCallsPerMinute?.PerTool ?? new Dictionary<string, int>();
        if (perTool.Count > PatternsMax)
        {
            faults.Add(PerTool, $"there are {perTool.Count} patterns; write {PatternsMax} at most, with * in them");
        }

        foreach (var (pattern, perMinute) in perTool)
        {
            var path = JsonPath.Member(PerTool, pattern);
            if (DescribePattern(pattern) is { } problem)
            {
                faults.Add(path, problem);
            }

            if (perMinute is < 1 or > ToolCallsPerMinuteOptions.Max && !faults.HasAt(path))
            {
                faults.Add(path, string.Create(
                    CultureInfo.InvariantCulture,
                    $"{perMinute} is out of range; write a number from 1 to {ToolCallsPerMinuteOptions.Max}, "
                    + $"or switch the tool off in Rbac.Disabled"));
            }
        }
    }

    /// <summary>The limits as calls are held against them; the section has no fault.</summary>
    public static CallLimits Compile(LimitsOptions options) => new(
        [
            .. (options.ToolCallsPerMinute?.PerTool ?? new Dictionary<string, int>())
                .Select(limit => new RateLimit(limit.Key, limit.Value)),
        ],
        options.ToolCallsPerMinute?.Default is { } perMinute ? new RateLimit(RateLimit.DefaultName, perMinute) : null,
        options.ConcurrentCalls);

    /// <summary>Finds limits of backends that do not exist: no faults, because a backend may come later.</summary>
    public static IEnumerable<string> Warnings(
        LimitsOptions options,
        IReadOnlyList<ClusterConfig> clusters,
        FaultCollector faults)
    {
        var ids = clusters.Select(cluster => cluster.ClusterId).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var pattern in options.ToolCallsPerMinute?.PerTool.Keys ?? [])
        {
            var backend = pattern[..Math.Max(0, pattern.IndexOf('/', StringComparison.Ordinal))];
            if (backend.Length > 0 && backend.AsSpan().IndexOfAny('*', '?') < 0 && !ids.Contains(backend))
            {
                yield return new ConfigurationFault(
                    faults.PlaceOf(JsonPath.Member(PerTool, pattern)),
                    $"'{pattern}' limits nothing: there is no backend '{backend}' in ReverseProxy.Clusters").ToString();
            }
        }
    }

    private static string? DescribePattern(string pattern)
    {
        if (pattern.AsSpan().IndexOf(':') is >= 0 and var colon && colon < (uint)pattern.IndexOf('/'))
        {
            return $"limits are for tools; write backend/tool instead of '{pattern}'";
        }

        try
        {
            TargetPattern.Parse(pattern, CultureInfo.InvariantCulture);
            return null;
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
    }
}
