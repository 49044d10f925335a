namespace Sentinel.Gateway.Mcp;

/// <summary>What a sound message must not be as part of a batch.</summary>
internal static class BatchRules
{
    public static MessageFault? Judge(McpMessage message, ReadOnlySpan<McpMessage> earlier)
    {
        if (message.Method == McpMethods.Initialize)
        {
            return MessageFault.BatchedInitialize;
        }

        if (McpRevisions.IsModern(message.ProtocolVersion))
        {
            return MessageFault.BatchNotDefined;
        }

        // Two answers to one id could not be told apart.
        foreach (var other in earlier)
        {
            if (message is { Id: { } id, Method: not null }
                && other is { Id: { } otherId, Method: not null }
                && id.Equals(otherId.Value, otherId.IsString))
            {
                return MessageFault.BatchedId;
            }
        }

        return null;
    }
}
