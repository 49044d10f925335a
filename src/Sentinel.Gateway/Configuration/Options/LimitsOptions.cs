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
}

/// <summary>How many tools/call a minute.</summary>
internal sealed record ToolCallsPerMinuteOptions
{
    public const int Max = 1_000_000;

    [Description("Calls of tools that no pattern of PerTool matches, all together. Absent: no limit for them.")]
    [Range(1, Max)]
    public int? Default { get; init; }

    [Description("Pattern → calls of the tools it matches, in any case, all together. Where several match, all count.")]
    public IReadOnlyDictionary<string, int> PerTool { get; init; } = new Dictionary<string, int>();
}
