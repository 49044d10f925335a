using System.Collections.ObjectModel;
using System.Globalization;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration;

/// <summary>Marks a route with the version of its snapshot.</summary>
/// <remarks>
/// YARP keeps the endpoint and transforms of a route that did not change. The version makes every route differ from its
/// predecessor, so that after a publication no endpoint of the old policy is left.
/// </remarks>
internal static class RouteStamp
{
    public static RouteConfig Apply(RouteConfig route, long version)
    {
        var metadata = new Dictionary<string, string>(
            route.Metadata ?? ReadOnlyDictionary<string, string>.Empty, StringComparer.OrdinalIgnoreCase)
        {
            [ConfigurationSnapshot.MetadataKey] = version.ToString(CultureInfo.InvariantCulture),
        };
        return route with { Metadata = new ReadOnlyDictionary<string, string>(metadata) };
    }

    public static long? Read(RouteConfig route) =>
        route.Metadata?.TryGetValue(ConfigurationSnapshot.MetadataKey, out var text) == true
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : null;
}
