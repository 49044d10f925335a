using Sentinel.Gateway.Exchange;
using Yarp.ReverseProxy.Forwarder;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>What one attempt to forward tells of its destination.</summary>
internal enum AttemptOutcome
{
    /// <summary>Nothing: the client left, nothing was sent, or not all of it was taken.</summary>
    Unknown,

    /// <summary>It works.</summary>
    Answered,

    /// <summary>No connection, a connection that broke, silence for too long, or a status of 500 and more.</summary>
    Failed,
}

internal static class AttemptOutcomes
{
    public static AttemptOutcome Of(HttpContext context)
    {
        var exchange = McpExchange.Of(context);
        var fault = context.Features.Get<IForwarderErrorFeature>();
        switch (fault?.Error ?? ForwarderError.None)
        {
            case ForwarderError.None:
                return OfAnswer(context, exchange);

            // Who stops reading a long body may have answered already, with a refusal that the reset took with it.
            case ForwarderError.RequestBodyDestination when BackendTimeouts.Of(fault) is null:
                return OfAnswer(context, exchange);
            case ForwarderError.Request when IsOwnFault(fault!.Exception):
                return AttemptOutcome.Unknown;
            case ForwarderError.Request:
            case ForwarderError.RequestTimedOut:
            case ForwarderError.RequestBodyDestination:
            case ForwarderError.ResponseBodyDestination:
                // That a call as a whole took too long says nothing of a destination that was answering.
                return BackendTimeouts.Of(fault) == TimeLimit.Total && exchange.FirstByteUs is not null
                    ? AttemptOutcome.Unknown
                    : AttemptOutcome.Failed;
            default:
                return AttemptOutcome.Unknown;
        }
    }

    private static AttemptOutcome OfAnswer(HttpContext context, McpExchange exchange) => exchange switch
    {
        { FirstByteUs: null } => AttemptOutcome.Unknown,

        // An answer that Sentinel does not pass on is an answer; its status is Sentinel's own.
        { Refusal: null } when context.Response.StatusCode >= 500 => AttemptOutcome.Failed,
        _ => AttemptOutcome.Answered,
    };

    // What the network does comes with a kind or a cause; without either the client's handler would not send it.
    private static bool IsOwnFault(Exception? exception) =>
        exception is HttpRequestException { HttpRequestError: HttpRequestError.Unknown, InnerException: null };
}
