using System.Text;

namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>One request of the corpus, to be sent as it stands.</summary>
/// <param name="Name">What is odd about it.</param>
/// <param name="Bytes">The body; where <see cref="IsFramed"/> is false, all that follows the headers.</param>
internal sealed record HostileBody(string Name, byte[] Bytes)
{
    public const string Legacy = "2025-11-25";
    public const string Batching = "2025-03-26";

    /// <summary>Stands in <see cref="Bytes"/> for the headers that every request has, for a request inside.</summary>
    public const string HeadersOfInner = "%HEADERS%";

    /// <summary>Stands there for the target.</summary>
    public const string TargetOfInner = "%TARGET%";

    public HostileBody(string name, string text)
        : this(name, Encoding.UTF8.GetBytes(text))
    {
    }

    public string Method { get; init; } = "POST";

    /// <summary>What follows the backend's prefix in the request line.</summary>
    public string Target { get; init; } = "/mcp";

    public string Http { get; init; } = "HTTP/1.1";

    /// <summary>Null for none.</summary>
    public string? ContentType { get; init; } = "application/json";

    /// <summary>What <c>MCP-Protocol-Version</c> says; null for none.</summary>
    public string? Revision { get; init; } = Legacy;

    /// <summary>Further header lines, in Latin-1.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Whether the sender adds <c>Content-Length</c>.</summary>
    public bool IsFramed { get; init; } = true;

    /// <summary>Whether a server may wait for more: the client, having waited too, then ends its half.</summary>
    public bool MayLackAnEnd { get; init; }

    /// <summary>Whether the connection is to stay open for a second request, which closes it.</summary>
    public bool KeepsAlive { get; init; }

    /// <summary>
    /// Whether it is nothing but a call of the allowed tool in other clothes, to be executed by every server that
    /// executes it without the gateway.
    /// </summary>
    public bool IsHarmless { get; init; }

    /// <summary>The request's id as JSON text; null where there is none, or where it is in doubt.</summary>
    public string? Id { get; init; } = Aim.Id;

    public bool IsModern => string.CompareOrdinal(Revision, Rpc.Revision) >= 0;

    public override string ToString() => Name;
}

/// <summary>What the corpus aims at: a server that runs <paramref name="Denied"/>, or arguments never seen.</summary>
internal sealed record Aim(string Denied)
{
    public const string Allowed = "echo";
    public const string Id = "7";
    public const string Seen = """{"text":"seen"}""";
    public const string Unseen = """{"text":"unseen"}""";

    /// <summary>The <c>params</c> of the allowed call.</summary>
    public static string Harmless => Params(Allowed, Seen);

    /// <summary>A message that calls the allowed tool.</summary>
    public static string HarmlessCall => Message(Harmless);

    /// <summary>The <c>params</c> of the denied call.</summary>
    public string Hostile => Params(Denied, Unseen);

    /// <summary>A message that calls the denied tool.</summary>
    public string HostileCall => Message(Hostile);

    public static string Params(string tool, string arguments) => $$"""{"name":"{{tool}}","arguments":{{arguments}}}""";

    public static string Message(string parameters, string id = Id, string method = "\"tools/call\"") =>
        $$"""{"jsonrpc":"2.0","id":{{id}},"method":{{method}},"params":{{parameters}}}""";

    /// <summary>A message of 2026-07-28.</summary>
    public static string ModernMessage(string tool, string arguments) =>
        Message(
            $$"""{"name":"{{tool}}","arguments":{{arguments}},"_meta":"""
                + $$"""{"io.modelcontextprotocol/protocolVersion":"{{Rpc.Revision}}","""
                + """ "io.modelcontextprotocol/clientCapabilities":{}}}"""
        );
}
