using System.Collections;
using System.Reflection;
using Sentinel.Gateway.Configuration.Binding;
using Sentinel.Gateway.Configuration.Json;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration.Proxy;

/// <summary>Finds keys that YARP ignores silently, so that a slip looks like a setting.</summary>
internal static class IgnoredKeys
{
    public static IReadOnlyList<string> Find(SourceObject section)
    {
        var warnings = new List<string>();
        foreach (var (key, value) in section.Members)
        {
            if (string.Equals(key, "Routes", StringComparison.OrdinalIgnoreCase))
            {
                VisitEntries(value, typeof(RouteConfig), nameof(RouteConfig.RouteId), warnings);
            }
            else if (string.Equals(key, "Clusters", StringComparison.OrdinalIgnoreCase))
            {
                VisitEntries(value, typeof(ClusterConfig), nameof(ClusterConfig.ClusterId), warnings);
            }
            else
            {
                Warn(key, value, ["Routes", "Clusters"], warnings);
            }
        }

        return warnings;
    }

    private static void VisitEntries(SourceNode entries, Type type, string? idProperty, List<string> warnings)
    {
        foreach (var (_, entry) in (entries as SourceObject)?.Members ?? [])
        {
            VisitRecord(entry, type, idProperty, warnings);
        }
    }

    private static void VisitRecord(SourceNode node, Type type, string? idProperty, List<string> warnings)
    {
        var known = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is not null && property.Name != idProperty)
            .ToDictionary(
                property => property.Name, property => property.PropertyType, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in (node as SourceObject)?.Members ?? [])
        {
            if (known.TryGetValue(key, out var propertyType))
            {
                VisitValue(value, propertyType, warnings);
            }
            else
            {
                Warn(key, value, known.Keys, warnings);
            }
        }
    }

    private static void VisitValue(SourceNode node, Type type, List<string> warnings)
    {
        if (IsYarpRecord(type))
        {
            VisitRecord(node, type, null, warnings);
        }
        else if (type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable)))
        {
            var element = type.GetGenericArguments()[^1];
            if (!IsYarpRecord(element))
            {
                return;
            }

            VisitEntries(node, element, null, warnings);
            foreach (var item in (node as SourceArray)?.Items ?? [])
            {
                VisitRecord(item, element, null, warnings);
            }
        }
    }

    private static bool IsYarpRecord(Type type) =>
        type.IsClass && type.Namespace?.StartsWith("Yarp.", StringComparison.Ordinal) == true;

    private static void Warn(string key, SourceNode node, IEnumerable<string> known, List<string> warnings)
    {
        var remedy = Suggestion.Nearest(key, known) is { } near ? $"did you mean '{near}'?" : "remove it";
        warnings.Add(
            new ConfigurationFault(node.Place, $"YARP does not know this key and ignores it; {remedy}").ToString());
    }
}
