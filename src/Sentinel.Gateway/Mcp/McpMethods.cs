using System.Collections.Frozen;
using System.Text.Json;

namespace Sentinel.Gateway.Mcp;

/// <summary>The method names of all live revisions that a client may send as requests.</summary>
internal static class McpMethods
{
    public const string ToolsCall = "tools/call";

    private static readonly string[] Requests =
    [
        ToolsCall, "tools/list", "initialize", "ping", "prompts/get", "prompts/list", "resources/read",
        "resources/list", "resources/templates/list", "resources/subscribe", "resources/unsubscribe",
        "completion/complete", "logging/setLevel", "tasks/get", "tasks/list", "tasks/result", "tasks/cancel",
        "tasks/update", "subscriptions/listen", "server/discover",
    ];

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> FoldedRequests =
        Requests.Select(FoldedText).ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string> KnownRequests = Requests.ToFrozenSet(StringComparer.Ordinal);

    private static readonly (byte[] Utf8, string Name)[] RequestNames =
        [.. Requests.Select(name => (System.Text.Encoding.UTF8.GetBytes(name), name))];

    /// <summary>
    /// The known request method that the string value under the reader spells, unescaped; null for another.
    /// </summary>
    public static string? MatchRequest(ref Utf8JsonReader reader)
    {
        foreach (var (utf8, name) in RequestNames)
        {
            if (reader.ValueTextEquals(utf8))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Whether this is a method that clients send as a request, with an id.</summary>
    public static bool IsRequest(string method) => KnownRequests.Contains(method);

    /// <summary>
    /// Whether a method that is no known request becomes one when trimmed or folded, as a lenient server might.
    /// </summary>
    public static bool LooksLikeRequest(ReadOnlySpan<char> method)
    {
        while (!method.IsEmpty && IsTrimmed(method[0]))
        {
            method = method[1..];
        }

        while (!method.IsEmpty && IsTrimmed(method[^1]))
        {
            method = method[..^1];
        }

        Span<char> folded = stackalloc char[64];
        if (method.Length > folded.Length)
        {
            return false;
        }

        for (var i = 0; i < method.Length; i++)
        {
            folded[i] = Folding.Fold(method[i]);
        }

        return FoldedRequests.Contains(folded[..method.Length]);
    }

    private static bool IsTrimmed(char c) => char.IsWhiteSpace(c) || char.IsControl(c) || c is '\uFEFF' or '\u200B';

    private static string FoldedText(string text) => string.Concat(text.Select(Folding.Fold));
}
