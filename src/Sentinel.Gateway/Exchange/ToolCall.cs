namespace Sentinel.Gateway.Exchange;

/// <summary>One tools/call, as read from the body.</summary>
/// <param name="ToolName"><c>params.name</c>; <see cref="UnknownName"/> where it could not be read.</param>
/// <param name="Arguments">
/// The whole <c>params</c> object, copied or as a stub; empty where it could not be read.
/// </param>
internal sealed record ToolCall(string ToolName, ReadOnlyMemory<byte> Arguments)
{
    public const string UnknownName = "unknown";
}
