namespace Sentinel.Gateway.Configuration.Binding;

/// <summary>Keys and values that the design names and this build cannot honour yet.</summary>
/// <remarks>
/// Ignoring one would let an operator believe in a protection that is not there. A feature that arrives adds its
/// property and removes its line here; a test holds the two apart.
/// </remarks>
internal static class PlannedKeys
{
    /// <summary>Paths with <c>*</c> for a map's key and <c>[]</c> for a list's item.</summary>
    public static readonly IReadOnlySet<string> Paths = new HashSet<string>(StringComparer.Ordinal)
    {
    };

    private static readonly Dictionary<string, string[]> Values = new(StringComparer.Ordinal)
    {
    };

    /// <summary>The planned key that this one is or, but for its case, would be.</summary>
    public static string? Find(string parentShape, string key) =>
        InParent(parentShape).FirstOrDefault(k => string.Equals(k, key, StringComparison.OrdinalIgnoreCase));

    /// <summary>Why a choice cannot be had yet; null when it was never planned.</summary>
    public static string? DescribeValue(string shape, string value, Type choices)
    {
        if (!Values.TryGetValue(shape, out var planned) || !planned.Contains(value, StringComparer.Ordinal))
        {
            return null;
        }

        var subject = planned.Length == 1 ? $"{planned[0]} is" : $"{string.Join(" and ", planned)} are";
        return $"{subject} not available yet; write {string.Join(" or ", Enum.GetNames(choices))}";
    }

    private static IEnumerable<string> InParent(string parentShape) =>
        from path in Paths
        where path.LastIndexOf('.') == parentShape.Length && path.StartsWith(parentShape, StringComparison.Ordinal)
        select path[(parentShape.Length + 1)..];
}
