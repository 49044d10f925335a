namespace Sentinel.Gateway.Mcp;

/// <summary>Why a body is not a message that every server reads alike.</summary>
/// <param name="Kind">The class of the fault.</param>
/// <param name="Message">What is wrong and what to send instead.</param>
internal sealed record MessageFault(MessageFaultKind Kind, string Message)
{
    public static readonly MessageFault Bom = new(
        MessageFaultKind.Parse,
        "The body starts with a byte order mark; send plain UTF-8.");

    public static readonly MessageFault Encoding = new(MessageFaultKind.Parse, "The body is not valid UTF-8.");

    public static readonly MessageFault Json = new(
        MessageFaultKind.Parse,
        "The body is not one JSON value of at most 64 levels.");

    public static readonly MessageFault NotAnObject = Invalid("A message is a JSON object.");

    public static readonly MessageFault BatchNotDefined = Invalid(
        "Batches exist in revision 2025-03-26 only; send one message a request.");

    public static readonly MessageFault BatchSize = Invalid("A batch holds 1 to 100 messages.");

    public static readonly MessageFault BatchedInitialize = Invalid("initialize must not be part of a batch.");

    public static readonly MessageFault BatchedId = Invalid("An \"id\" is there twice in the batch.");

    public static readonly MessageFault DuplicateKey = Invalid("An object has the same key twice.");

    public static readonly MessageFault UnreadableString = Invalid("A key, id, method or name is not valid Unicode.");

    public static readonly MessageFault LookAlikeKey = Invalid(
        "A key differs from a protocol key or from its neighbour only in case or after a NUL; "
        + "servers may take one for the other.");

    public static readonly MessageFault Version = Invalid("\"jsonrpc\" must be \"2.0\".");

    public static readonly MessageFault Id = Invalid("\"id\" must be a string or an integer.");

    public static readonly MessageFault MissingId = Invalid("A request needs an \"id\".");

    public static readonly MessageFault Method = Invalid("\"method\" must be a string, spelled exactly.");

    public static readonly MessageFault Shape = Invalid(
        "A message has either \"method\", or an \"id\" with one of \"result\" and \"error\".");

    public static readonly MessageFault ControlInName = new(
        MessageFaultKind.Params, "A \"name\" or \"uri\" holds a control character.");

    public static readonly MessageFault Subscriptions = new(
        MessageFaultKind.Params, "\"resourceSubscriptions\" must be a list of at most 1024 strings.");

    /// <summary>The params lack what says which tool, prompt, resource or task is meant.</summary>
    public static MessageFault Target(McpMethod method) => new(
        MessageFaultKind.Params,
        method.Target switch
        {
            TargetKey.Name => $"{method.Name} needs an object \"params\" with a string \"name\".",
            TargetKey.Uri => $"{method.Name} needs an object \"params\" with a string \"uri\".",
            TargetKey.TaskId => $"{method.Name} needs an object \"params\" with a string \"taskId\".",
            _ => $"{method.Name} needs an object \"params\" with a \"ref\" of type ref/prompt and a \"name\", "
                + "or of type ref/resource and a \"uri\".",
        });

    private static MessageFault Invalid(string message) => new(MessageFaultKind.Invalid, message);
}

/// <summary>The classes of fault, as JSON-RPC tells them apart.</summary>
internal enum MessageFaultKind
{
    /// <summary>Not JSON: −32700.</summary>
    Parse,

    /// <summary>Not a message: −32600.</summary>
    Invalid,

    /// <summary>A message whose params are wrong: −32602.</summary>
    Params,
}
