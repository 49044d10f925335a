using System.Globalization;
using System.Text.RegularExpressions;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>What a gateway says of itself at <c>/metrics</c>.</summary>
internal static partial class GatewayMetrics
{
    private static readonly HttpClient Http = new();

    public static Task<string> ReadAsync(GatewayProcess gateway) =>
        Http.GetStringAsync(new Uri(gateway.ManagementUrl, "metrics"));

    /// <summary>The bytes that the process has allocated since it started; null where it does not say.</summary>
    public static async Task<double?> AllocatedBytesAsync(GatewayProcess gateway)
    {
        var match = Allocated().Match(await ReadAsync(gateway));
        return match.Success ? double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture) : null;
    }

    // Both the name of OpenTelemetry's runtime conventions and shorter forms of it.
    [GeneratedRegex(@"^dotnet_gc_\w*allocated\w*(?:\{[^}]*\})? (?<value>\d+)", RegexOptions.Multiline, 1000)]
    private static partial Regex Allocated();
}
