using Sentinel.Audit;
using Sentinel.Gateway.Mcp;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Exchange;

/// <summary>
/// One tools/call, prompts/get or resources/read: as read from the body, what was decided, and how it was answered.
/// </summary>
/// <param name="message">The message it came in.</param>
/// <param name="requestId">UUIDv7 of the call.</param>
/// <param name="toolName">
/// The tool's or prompt's name, or the resource's URI; <see cref="UnknownName"/> where it could not be read.
/// </param>
/// <param name="arguments">The whole <c>params</c> object, copied or as a stub; empty where it could not be read.
/// </param>
internal sealed class ToolCall(McpMessage message, Guid requestId, string toolName, ReadOnlyMemory<byte> arguments)
{
    public const string UnknownName = "unknown";

    private Answered? _answered;

    public McpMessage Message => message;

    /// <summary>What it uses: a tool, or it is a read of a prompt or resource.</summary>
    public TargetKind Kind { get; } = KindOf(message) ?? TargetKind.Tool;

    public Guid RequestId => requestId;

    public string ToolName => toolName;

    public ReadOnlyMemory<byte> Arguments => arguments;

    /// <summary>What the policy said.</summary>
    public Decision? Decision { get; set; }

    /// <summary>
    /// Its entry as it was recorded before forwarding; null where that was not reached, or not asked for.
    /// </summary>
    public AuditEntry? Begun { get; set; }

    /// <summary>Why this call of a batch was refused; null where the whole exchange tells.</summary>
    public Refusal? Refusal { get; set; }

    /// <summary>Whether the client has cancelled it.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>What the response message said; null if it was not seen.</summary>
    public Answer? Answer => Volatile.Read(ref _answered)?.Answer;

    /// <summary>To the response message, in microseconds; null if it was not seen.</summary>
    public long? AnsweredUs => Volatile.Read(ref _answered)?.ElapsedUs;

    /// <summary>What a message uses, where it is one that may leave a row; null for another.</summary>
    public static TargetKind? KindOf(McpMessage message) => KindOf(message.Method);

    /// <summary>What a method uses, where its requests may leave rows; null for another.</summary>
    public static TargetKind? KindOf(string? method) => method switch
    {
        McpMethods.ToolsCall => TargetKind.Tool,
        McpMethods.PromptsGet => TargetKind.Prompt,
        McpMethods.ResourcesRead => TargetKind.Resource,
        _ => null,
    };

    /// <summary>Keeps the first answer seen, on whichever of the session's streams it came.</summary>
    public void TakeAnswer(Answer answer, long elapsedUs) =>
        Interlocked.CompareExchange(ref _answered, new Answered(answer, elapsedUs), null);

    private sealed record Answered(Answer Answer, long ElapsedUs);
}
