using System.Globalization;

namespace Sentinel.Benchmarks.Processes;

/// <summary>Routes besides the one, all to the same backend.</summary>
internal static class ManyRoutes
{
    public static string Name(int route) => string.Create(CultureInfo.InvariantCulture, $"route-{route}");
}
