namespace Sentinel.Gateway.Mcp.Lists;

/// <summary>The lists that a server answers with.</summary>
internal enum ListKind
{
    Tools,
    Prompts,
    Resources,
    ResourceTemplates,
}

/// <summary>How each list stands in an answer: its key in the result, and the key that names an item.</summary>
internal static class ListKinds
{
    public const string CacheScopeKey = "cacheScope";

    private static readonly (string Method, string ListKey, string ItemKey, string Singular)[] Names =
    [
        ("tools/list", "tools", "name", "tool"),
        ("prompts/list", "prompts", "name", "prompt"),
        ("resources/list", "resources", "uri", "resource"),
        ("resources/templates/list", "resourceTemplates", "uriTemplate", "resource template"),
    ];

    public static readonly IReadOnlyList<ListKind> All = Enum.GetValues<ListKind>();

    private static readonly ListKind?[] ByMethod = [.. McpMethods.All.Select(method => OfMethod(method.Name))];

    /// <summary>The method that asks for the list.</summary>
    public static string Method(ListKind kind) => Names[(int)kind].Method;

    /// <summary>The key of the list in the result, such as <c>tools</c>.</summary>
    public static string ListKey(ListKind kind) => Names[(int)kind].ListKey;

    /// <summary>The key that names an item, such as <c>uri</c>.</summary>
    public static string ItemKey(ListKind kind) => Names[(int)kind].ItemKey;

    /// <summary>What one item is called, for people.</summary>
    public static string Singular(ListKind kind) => Names[(int)kind].Singular;

    /// <summary>The list that a method asks for; null for another method.</summary>
    public static ListKind? AskedBy(McpMethod? method) => method is null ? null : ByMethod[method.Index];

    /// <summary>
    /// The list that a key of a result begins, to the most lenient client: in any case, and cut at a NUL.
    /// </summary>
    /// <param name="key">The key, unescaped.</param>
    /// <param name="isExact">Whether it is spelled as the protocol has it.</param>
    public static ListKind? OfKey(ReadOnlySpan<char> key, out bool isExact)
    {
        foreach (var kind in All)
        {
            if (Folding.IsAlike(key, ListKey(kind)))
            {
                isExact = key.SequenceEqual(ListKey(kind));
                return kind;
            }
        }

        isExact = false;
        return null;
    }

    private static ListKind? OfMethod(string method)
    {
        var index = Array.FindIndex(Names, name => name.Method == method);
        return index < 0 ? null : (ListKind)index;
    }
}
