using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Sentinel.Gateway.Configuration;

/// <summary>What one request, and one caller, may take: the <c>Limits</c> section.</summary>
internal sealed record LimitsOptions
{
    [Description("Longest request body in bytes; a longer one is answered 413.")]
    [Range(1024, 1024 * 1024 * 1024)]
    public long MaxRequestBodyBytes { get; init; } = 4 * 1024 * 1024;

    [Description("How many tools/call a minute, for each caller on each replica. Absent: no limit.")]
    public ToolCallsPerMinuteOptions? ToolCallsPerMinute { get; init; }

    [Description("How many tools/call may be under way at a time, for each caller on each replica. Absent: no limit.")]
    [Range(1, 1_000_000)]
    public int? ConcurrentCalls { get; init; }

    [Description("How many requests of any method, listening streams left out, each caller may have under way on each "
        + "replica. Absent: no limit.")]
    [Range(1, 1_000_000)]
    public int? ConcurrentRequests { get; init; }

    [Description("How many listening streams (GET, and `subscriptions/listen`) each caller may have open on each "
        + "replica. Absent: no limit.")]
    [Range(1, 1_000_000)]
    public int? ConcurrentStreams { get; init; }

    [Description("What one replica takes from all callers together.")]
    public TotalLimitsOptions Total { get; init; } = new();

    [Description("Longest header section of a request, in bytes; a longer one is answered 431. Acts at start.")]
    [Range(4096, 1024 * 1024)]
    public int MaxRequestHeaderBytes { get; init; } = 32 * 1024;
}

/// <summary>What one replica takes from all callers together.</summary>
internal sealed record TotalLimitsOptions
{
    [Description("Connections to the traffic listener; more are closed at once. Absent: no limit.")]
    [Range(1, 10_000_000)]
    public int? Connections { get; init; }

    [Description("Requests of all callers under way on a replica, listening streams left out; more are answered 503. "
        + "Absent: no limit.")]
    [Range(1, 1_000_000)]
    public int? Requests { get; init; }

    [Description("Listening streams of all callers on a replica; more are answered 503. Absent: no limit.")]
    [Range(1, 1_000_000)]
    public int? Streams { get; init; }
}

/// <summary>How many tools/call a minute.</summary>
internal sealed record ToolCallsPerMinuteOptions
{
    public const int Max = 1_000_000;

    [Description("Calls of tools that no pattern of PerTool matches, all together. Absent: no limit for them.")]
    [Range(1, Max)]
    public int? Default { get; init; }

    [Description("Pattern → calls of the tools it matches, in any case, all together. Where several match, all count.")]
    [Range(1, Max)]
    public IReadOnlyDictionary<string, int> PerTool { get; init; } = new Dictionary<string, int>();
}
