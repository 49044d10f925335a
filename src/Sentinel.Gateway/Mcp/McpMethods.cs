using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Sentinel.Gateway.Mcp;

/// <summary>The methods of all live revisions that a client may send.</summary>
internal static class McpMethods
{
    public const string ToolsCall = "tools/call";
    public const string PromptsGet = "prompts/get";
    public const string ResourcesRead = "resources/read";
    public const string Initialize = "initialize";
    public const string SubscriptionsListen = "subscriptions/listen";
    public const string Cancelled = "notifications/cancelled";

    // The most frequent first: a message's method is compared in this order.
    private static readonly (string Name, TargetKey Target)[] Requests =
    [
        (ToolsCall, TargetKey.Name), ("tools/list", TargetKey.None), (Initialize, TargetKey.None),
        ("ping", TargetKey.None), (PromptsGet, TargetKey.Name), ("prompts/list", TargetKey.None),
        (ResourcesRead, TargetKey.Uri), ("resources/list", TargetKey.None),
        ("resources/templates/list", TargetKey.None), ("resources/subscribe", TargetKey.Uri),
        ("resources/unsubscribe", TargetKey.Uri), ("completion/complete", TargetKey.Ref),
        ("logging/setLevel", TargetKey.None), ("tasks/get", TargetKey.TaskId), ("tasks/list", TargetKey.None),
        ("tasks/result", TargetKey.TaskId), ("tasks/cancel", TargetKey.TaskId), ("tasks/update", TargetKey.TaskId),
        (SubscriptionsListen, TargetKey.None), ("server/discover", TargetKey.None),
    ];

    private static readonly (string Name, TargetKey Target)[] Notifications =
    [
        ("notifications/initialized", TargetKey.None), (Cancelled, TargetKey.RequestId),
        ("notifications/progress", TargetKey.None), ("notifications/roots/list_changed", TargetKey.None),
        ("notifications/tasks/status", TargetKey.None),
    ];

    /// <summary>Every method, each at its <see cref="McpMethod.Index"/>.</summary>
    public static readonly IReadOnlyList<McpMethod> All =
    [
        .. Requests.Select((m, i) => new McpMethod(m.Name, IsRequest: true, m.Target, i)),
        .. Notifications.Select((m, i) => new McpMethod(m.Name, IsRequest: false, m.Target, Requests.Length + i)),
    ];

    private static readonly (byte[] Utf8, McpMethod Method)[] ByUtf8 =
        [.. All.Select(method => (Encoding.UTF8.GetBytes(method.Name), method))];

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Folded =
        All.Select(method => string.Concat(method.Name.Select(Folding.Fold)))
            .ToFrozenSet(StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The known method that the string value under the reader spells, unescaped; null for another.</summary>
    public static McpMethod? Match(ref Utf8JsonReader reader)
    {
        foreach (var (utf8, method) in ByUtf8)
        {
            if (reader.ValueTextEquals(utf8))
            {
                return method;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether a method that is none of the known ones becomes one when trimmed, cut at a control character or folded,
    /// as a lenient server might.
    /// </summary>
    public static bool LooksKnown(ReadOnlySpan<char> method)
    {
        while (!method.IsEmpty && IsTrimmed(method[0]))
        {
            method = method[1..];
        }

        for (var i = 0; i < method.Length; i++)
        {
            if (char.IsControl(method[i]))
            {
                method = method[..i];
            }
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

        return Folded.Contains(folded[..method.Length]);
    }

    private static bool IsTrimmed(char c) => char.IsWhiteSpace(c) || char.IsControl(c) || c is '\uFEFF' or '\u200B';
}
