namespace Sentinel.Gateway.Mcp;

/// <summary>What the response message says of the call it answers.</summary>
/// <param name="Kind">The class of answer.</param>
/// <param name="ErrorCode">The JSON-RPC error code.</param>
/// <param name="Text">
/// The JSON-RPC error's message, or the tool's first error text; cut at <see cref="TextChars"/>.
/// </param>
internal sealed record Answer(AnswerKind Kind, int? ErrorCode = null, string? Text = null)
{
    /// <summary>How much of an error's text is kept, in characters.</summary>
    public const int TextChars = 1000;

    public static readonly Answer Success = new(AnswerKind.Success);
    public static readonly Answer InputRequired = new(AnswerKind.InputRequired);
    public static readonly Answer Task = new(AnswerKind.Task);
}

/// <summary>The classes of answer to a tools/call.</summary>
internal enum AnswerKind
{
    /// <summary>A result without <c>isError</c>.</summary>
    Success,

    /// <summary>A result with <c>isError: true</c>.</summary>
    ToolError,

    /// <summary>A JSON-RPC error.</summary>
    ProtocolError,

    /// <summary>A result that asks the client for more (<c>resultType: input_required</c>).</summary>
    InputRequired,

    /// <summary>A task was made; its outcome comes later.</summary>
    Task,

    /// <summary>A result of a type that no revision knows.</summary>
    UnknownResult,
}
