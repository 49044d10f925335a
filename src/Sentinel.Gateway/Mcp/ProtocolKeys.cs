using System.Collections.Frozen;

namespace Sentinel.Gateway.Mcp;

/// <summary>
/// The keys that the protocol gives meaning to, in the message itself, in <c>params</c> and in <c>_meta</c>.
/// </summary>
internal static class ProtocolKeys
{
    private const int LongestKey = 64;

    private static readonly string[] Keys =
    [
        "jsonrpc", "id", "method", "params", "result", "error",
        "name", "uri", "arguments", "cursor", "task", "taskId", "_meta", "inputResponses", "requestState", "ref",
        "argument", "context", "level", "protocolVersion", "capabilities", "clientInfo", "requestId", "reason",
        "progressToken", "progress", "total", "message", "notifications", "resourceSubscriptions",
        "io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities",
        "io.modelcontextprotocol/clientInfo", "io.modelcontextprotocol/logLevel",
    ];

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> ByFolded =
        Keys.ToFrozenDictionary(key => string.Concat(key.Select(Folding.Fold)), StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Writes the key as the most lenient server would compare it: folded, and cut at a NUL.</summary>
    /// <returns>The folded key's length.</returns>
    public static int Fold(ReadOnlySpan<char> key, Span<char> folded)
    {
        var end = key.IndexOf('\0');
        key = end < 0 ? key : key[..end];
        for (var i = 0; i < key.Length; i++)
        {
            folded[i] = Folding.Fold(key[i]);
        }

        return key.Length;
    }

    /// <summary>
    /// Whether a key is no protocol key as spelled, but one to a server that ignores case or ends strings at a NUL.
    /// </summary>
    public static bool IsLookAlike(ReadOnlySpan<char> key, ReadOnlySpan<char> folded) =>
        folded.Length <= LongestKey
        && ByFolded.TryGetValue(folded, out var protocolKey)
        && !key.SequenceEqual(protocolKey);
}
