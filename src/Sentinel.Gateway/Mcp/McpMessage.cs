namespace Sentinel.Gateway.Mcp;

/// <summary>What a body says, as far as it must be known to authorize and record it.</summary>
internal sealed class McpMessage
{
    /// <summary>The method; null for a client's response.</summary>
    public string? Method { get; set; }

    /// <summary>The request's id; null for a notification, or where it could not be read.</summary>
    public JsonRpcId? Id { get; set; }

    /// <summary><c>params.name</c> of a tools/call.</summary>
    public string? ToolName { get; set; }

    /// <summary>Where the <c>params</c> object lies in the body, in bytes.</summary>
    public Range? Params { get; set; }

    /// <summary>The revision that <c>params._meta</c> names, from 2026-07-28 on.</summary>
    public string? ProtocolVersion { get; set; }

    public bool IsToolCall => Method == McpMethods.ToolsCall;
}
