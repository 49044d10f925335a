using Sentinel.Audit;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Forwarder;

namespace Sentinel.Gateway.Recording;

/// <summary>What is recorded of a call's end.</summary>
internal sealed record Verdict(AuditOutcome Outcome, string? Reason, int? Code, string? Message)
{
    public static readonly Verdict Success = new(AuditOutcome.Success, null, null, null);
}

/// <summary>Reads an exchange's end: refusal, answer, or how it broke off.</summary>
internal static class Verdicts
{
    public static Verdict Of(HttpContext context, McpExchange exchange)
    {
        if (exchange.Refusal is { } refusal)
        {
            return new Verdict(
                refusal.IsPolicy ? AuditOutcome.Denied : AuditOutcome.Error,
                refusal.Reason,
                refusal.Code,
                refusal.Message);
        }

        return exchange.Answer is { } answer ? OfAnswer(answer) : OfMissingAnswer(context, exchange);
    }

    private static Verdict OfAnswer(Answer answer) => answer.Kind switch
    {
        AnswerKind.Success => Verdict.Success,
        AnswerKind.InputRequired => new Verdict(AuditOutcome.Success, "input_required", null, null),
        AnswerKind.Task => new Verdict(AuditOutcome.Success, "task", null, null),
        AnswerKind.ToolError => new Verdict(AuditOutcome.Error, "tool_error", null, answer.Text),
        _ => new Verdict(AuditOutcome.Error, "protocol_error", answer.ErrorCode, answer.Text),
    };

    private static Verdict OfMissingAnswer(HttpContext context, McpExchange exchange)
    {
        var error = context.Features.Get<IForwarderErrorFeature>()?.Error ?? ForwarderError.None;
        if (context.RequestAborted.IsCancellationRequested && !IsDestinationsFault(error))
        {
            return Error("client_disconnected", "The client left before the answer.");
        }

        if (exchange.UnreadableAnswer is { } why)
        {
            return Error("response_unreadable", why);
        }

        if (exchange.FirstByteUs is not null && context.Response.StatusCode >= 300)
        {
            return Error("protocol_error", $"The server answered HTTP {context.Response.StatusCode}.");
        }

        return error is ForwarderError.None && exchange.ResponseBytes == 0
            ? Error("response_not_seen", "The server accepted the request without answering it.")
            : Error("stream_truncated", "The answer ended before the response message.");
    }

    private static bool IsDestinationsFault(ForwarderError error) =>
        error is ForwarderError.ResponseBodyDestination or ForwarderError.Request or ForwarderError.RequestTimedOut;

    private static Verdict Error(string reason, string message) => new(AuditOutcome.Error, reason, null, message);
}
