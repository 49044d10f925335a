using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Inspection;

/// <summary>From 2026-07-28 on, headers repeat what the body says; both must say the same.</summary>
/// <remarks>
/// At older revisions only the body counts: there some clients send these headers too, and no server checks them.
/// </remarks>
internal static class RevisionHeaders
{
    public static Refusal? Check(IHeaderDictionary headers, McpMessage message)
    {
        string? header = headers[McpHeaders.ProtocolVersion];
        var revision = message.ProtocolVersion;
        if (!McpRevisions.IsModern(header) && !McpRevisions.IsModern(revision))
        {
            return null;
        }

        if (revision is not null && !string.Equals(header, revision, StringComparison.Ordinal))
        {
            return Refusal.HeaderMismatch(header is null
                ? $"The body names revision {revision}; send it as {McpHeaders.ProtocolVersion} too."
                : $"{McpHeaders.ProtocolVersion} is {header}, but the body names revision {revision}.");
        }

        return message.Method is null ? null : CheckMethod(headers, message) ?? CheckName(headers, message);
    }

    private static Refusal? CheckMethod(IHeaderDictionary headers, McpMessage message)
    {
        string? method = headers[McpHeaders.Method];
        if (method is null)
        {
            // What a notification has to send is not defined.
            return message.Id is null
                ? null
                : Refusal.HeaderMismatch($"Send the method as {McpHeaders.Method} too: {message.Method}.");
        }

        return string.Equals(method, message.Method, StringComparison.Ordinal)
            ? null
            : Refusal.HeaderMismatch($"{McpHeaders.Method} is not the body's method.");
    }

    private static Refusal? CheckName(IHeaderDictionary headers, McpMessage message)
    {
        if (message.Target is not { } target)
        {
            return null;
        }

        if (headers[McpHeaders.Name].ToString() is not { Length: > 0 } name)
        {
            return message.Known is { Name: var method } && NeedsName(method)
                ? Refusal.HeaderMismatch($"{method} needs the header {McpHeaders.Name}.")
                : null;
        }

        return McpHeaderValue.Decode(name) is { } decoded && string.Equals(decoded, target, StringComparison.Ordinal)
            ? null
            : Refusal.HeaderMismatch(
                $"{McpHeaders.Name} is malformed or not what the body names; send it as =?base64?…?= if it is not "
                + "visible ASCII.");
    }

    private static bool NeedsName(string method) =>
        method is McpMethods.ToolsCall or "prompts/get" or "resources/read" or "tasks/get" or "tasks/update"
            or "tasks/cancel";
}
