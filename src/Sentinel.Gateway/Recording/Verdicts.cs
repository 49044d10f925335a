using Sentinel.Audit;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Forwarder;

namespace Sentinel.Gateway.Recording;

/// <summary>What is recorded of a call's end.</summary>
internal sealed record Verdict(AuditOutcome Outcome, string? Reason, int? Code, string? Message)
{
    public static readonly Verdict Success = new(AuditOutcome.Success, null, null, null);

    public static readonly Verdict Cancelled = Error("cancelled", "The client cancelled the call.");

    public static readonly Verdict ClientDisconnected = Error(
        "client_disconnected", "The client left before the answer.");

    public static readonly Verdict StreamTruncated = Error(
        "stream_truncated", "The answer ended before the response message.");

    public static readonly Verdict Idle = Error(
        Refusal.ReasonBackendTimeout, "The answer was cut off: nothing came from the server for too long.");

    public static readonly Verdict CutOff = Error(
        Refusal.ReasonBackendTimeout, "The answer was cut off: the call took longer than the gateway lets it take.");

    public static readonly Verdict GatewayStopped = Error(
        "gateway_stopped", "The gateway stopped before it saw the answer.");

    public static readonly Verdict NotSeen = Error(
        "response_not_seen", "The answer did not come by this gateway in time, if it came at all.");

    public static Verdict Error(string reason, string message) => new(AuditOutcome.Error, reason, null, message);
}

/// <summary>Reads a call's end: refusal, answer, or how it broke off.</summary>
internal static class Verdicts
{
    public static Verdict Of(HttpContext context, McpExchange exchange, ToolCall call)
    {
        if ((call.Refusal ?? exchange.Refusal) is { } refusal)
        {
            return new Verdict(
                refusal.IsPolicy ? AuditOutcome.Denied : AuditOutcome.Error,
                refusal.Reason,
                refusal.Code,
                refusal.Message);
        }

        return call.Answer is { } answer ? OfAnswer(answer) : OfMissingAnswer(context, exchange, call);
    }

    public static Verdict OfAnswer(Answer answer) => answer.Kind switch
    {
        AnswerKind.Success => Verdict.Success,
        AnswerKind.InputRequired => new Verdict(AuditOutcome.Success, "input_required", null, null),
        AnswerKind.Task => new Verdict(AuditOutcome.Success, "task", null, null),
        AnswerKind.ToolError => new Verdict(AuditOutcome.Error, "tool_error", null, answer.Text),
        _ => new Verdict(AuditOutcome.Error, "protocol_error", answer.ErrorCode, answer.Text),
    };

    private static Verdict OfMissingAnswer(HttpContext context, McpExchange exchange, ToolCall call)
    {
        var error = context.Features.Get<IForwarderErrorFeature>()?.Error ?? ForwarderError.None;
        if (call.IsCancelled)
        {
            return Verdict.Cancelled;
        }

        if (exchange.IsStopped)
        {
            return Verdict.GatewayStopped;
        }

        if (context.RequestAborted.IsCancellationRequested && !IsDestinationsFault(error))
        {
            // From 2026-07-28 on closing the stream is how a client cancels; before, it means nothing to the server.
            return McpRevisions.IsModern(exchange.ProtocolVersion) ? Verdict.Cancelled : Verdict.ClientDisconnected;
        }

        if (exchange.UnreadableAnswer is { } why)
        {
            return Verdict.Error("response_unreadable", why);
        }

        if (exchange.FirstByteUs is not null && context.Response.StatusCode >= 300)
        {
            return Verdict.Error("protocol_error", $"The server answered HTTP {context.Response.StatusCode}.");
        }

        if (exchange.IsResumable)
        {
            return Verdict.NotSeen;
        }

        if (BackendTimeouts.Of(context.Features.Get<IForwarderErrorFeature>()) is { } limit)
        {
            return limit == TimeLimit.Total ? Verdict.CutOff : Verdict.Idle;
        }

        return error is ForwarderError.None && exchange.ResponseBytes == 0
            ? Verdict.Error("response_not_seen", "The server accepted the request without answering it.")
            : Verdict.StreamTruncated;
    }

    private static bool IsDestinationsFault(ForwarderError error) =>
        error is ForwarderError.ResponseBodyDestination or ForwarderError.Request or ForwarderError.RequestTimedOut;
}
