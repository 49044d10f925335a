using Sentinel.Audit;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Inspection;

/// <summary>Says what a whole body asks for: one message, or the messages of a batch.</summary>
internal static class BodyInterpreter
{
    public static Refusal? Interpret(
        ReadOnlySpan<byte> body,
        IHeaderDictionary headers,
        McpExchange exchange,
        AuditArguments arguments)
    {
        exchange.ProtocolVersion = headers[McpHeaders.ProtocolVersion];
        if (MessageBatch.IsBatch(body))
        {
            return InterpretBatch(body, exchange, arguments);
        }

        var fault = MessageReader.Read(body, out var message);
        exchange.Message = message;
        exchange.Messages = [message];
        exchange.ProtocolVersion = message.ProtocolVersion ?? exchange.ProtocolVersion;
        if (ToolCall.KindOf(message) is not null)
        {
            exchange.Calls = [CallOf(message, exchange.RequestId, body, arguments)];
        }

        return fault is null ? RevisionHeaders.Check(headers, message) : Refusal.OfFault(fault);
    }

    // Every message is read and recorded whether batches exist at this revision or not: some servers run them at any.
    private static Refusal? InterpretBatch(ReadOnlySpan<byte> body, McpExchange exchange, AuditArguments arguments)
    {
        var places = new List<Range>();
        if (MessageBatch.Split(body, places) is { } fault)
        {
            return Refusal.OfFault(fault);
        }

        var messages = new McpMessage[places.Count];
        var refusals = new Refusal?[places.Count];
        var calls = new List<ToolCall>(places.Count);
        for (var i = 0; i < places.Count; i++)
        {
            var messageBody = body[places[i]];
            var messageFault = MessageReader.Read(messageBody, out var message)
                ?? BatchRules.Judge(message, messages.AsSpan(0, i));
            message.Start = places[i].Start.Value;
            messages[i] = message;
            refusals[i] = messageFault is null ? null : Refusal.OfFault(messageFault);
            if (ToolCall.KindOf(message) is not null)
            {
                var requestId = calls.Count == 0 ? exchange.RequestId : exchange.NewRequestId();
                calls.Add(CallOf(message, requestId, messageBody, arguments));
            }
        }

        exchange.Messages = messages;
        exchange.Calls = [.. calls];
        if (exchange.ProtocolVersion is not (null or McpRevisions.WithBatches))
        {
            return Refusal.OfFault(MessageFault.BatchNotDefined);
        }

        exchange.BatchRefusals = refusals;
        return Array.Find(refusals, refusal => refusal is not null);
    }

    private static ToolCall CallOf(
        McpMessage message,
        Guid requestId,
        ReadOnlySpan<byte> body,
        AuditArguments arguments) =>
        message is { IsSound: true, Target: { } name, Params: { } place }
            ? new ToolCall(message, requestId, name, arguments.Capture(body[place]))
            : new ToolCall(message, requestId, ToolCall.UnknownName, default);
}
