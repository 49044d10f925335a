using Sentinel.Gateway.Exchange;
using Yarp.ReverseProxy.Forwarder;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>What one attempt to forward tells of its destination.</summary>
internal enum AttemptOutcome
{
    /// <summary>Nothing: the client left, or nothing was sent.</summary>
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
                return exchange switch
                {
                    { FirstByteUs: null } => AttemptOutcome.Unknown,

                    // An answer that Sentinel does not pass on is an answer; its status is Sentinel's own.
                    { Refusal: null } when context.Response.StatusCode >= 500 => AttemptOutcome.Failed,
                    _ => AttemptOutcome.Answered,
                };
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
}
