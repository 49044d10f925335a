namespace Sentinel.Gateway.Configuration.Json;

/// <summary>Where a value stands: in the file (line and offset) or in an environment variable.</summary>
internal sealed record NodePlace(string Path, int? Line = null, long Offset = 0, string? Variable = null)
{
    public int? Column { get; init; }
}
