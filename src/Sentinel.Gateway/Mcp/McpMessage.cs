namespace Sentinel.Gateway.Mcp;

/// <summary>What a body says, as far as it must be known to authorize, label and record it.</summary>
internal sealed class McpMessage
{
    /// <summary>The method; null for a client's response.</summary>
    public string? Method { get; set; }

    /// <summary>The same, where some live revision defines it.</summary>
    public McpMethod? Known { get; set; }

    /// <summary>The request's id; null for a notification, or where it could not be read.</summary>
    public JsonRpcId? Id { get; set; }

    /// <summary>Where the <c>params</c> object lies in the message, in bytes.</summary>
    public Range? Params { get; set; }

    /// <summary>Where the message begins in the body, in bytes; not 0 in a batch.</summary>
    public int Start { get; set; }

    /// <summary>Where the value of <c>params.arguments</c> lies in the message, in bytes; null for none.</summary>
    public Range? Arguments { get; set; }

    /// <summary><c>params.name</c>: a tool or prompt.</summary>
    public string? Name { get; set; }

    /// <summary><c>params.uri</c>: a resource.</summary>
    public string? Uri { get; set; }

    /// <summary><c>params.taskId</c>.</summary>
    public string? TaskId { get; set; }

    /// <summary><c>params.ref</c>: what completion/complete completes.</summary>
    public CompletionRef? Ref { get; set; }

    /// <summary><c>params.requestId</c>: the request that notifications/cancelled speaks of.</summary>
    public JsonRpcId? RequestId { get; set; }

    /// <summary><c>params.notifications.resourceSubscriptions</c> of subscriptions/listen.</summary>
    public IReadOnlyList<string> ResourceSubscriptions { get; set; } = [];

    /// <summary>The revision that <c>params._meta</c> names, from 2026-07-28 on; null where it is no string.</summary>
    public string? ProtocolVersion { get; set; }

    /// <summary><c>params._meta.traceparent</c>, where it could be one.</summary>
    public string? TraceParent { get; set; }

    /// <summary><c>params._meta.tracestate</c>, where it is not too long.</summary>
    public string? TraceState { get; set; }

    /// <summary>The client's name for itself, as <c>name/version</c>; never for decisions.</summary>
    public string? ClientName { get; set; }

    /// <summary>Whether this was read without a fault.</summary>
    public bool IsSound { get; set; }

    public bool IsToolCall => Method == McpMethods.ToolsCall;

    public string? ToolName => IsToolCall ? Name : null;

    /// <summary>What the method acts on, as the <c>Mcp-Name</c> header has to repeat it; null for none.</summary>
    public string? Target => Known?.Target switch
    {
        TargetKey.Name => Name,
        TargetKey.Uri => Uri,
        TargetKey.TaskId => TaskId,
        _ => null,
    };
}

/// <summary>What completion/complete completes an argument of.</summary>
/// <param name="IsPrompt">Whether it is a prompt; otherwise a resource.</param>
/// <param name="Target">The prompt's name, or the resource's URI or URI template.</param>
internal sealed record CompletionRef(bool IsPrompt, string Target);
