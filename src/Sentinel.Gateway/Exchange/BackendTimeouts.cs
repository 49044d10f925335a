using Yarp.ReverseProxy.Forwarder;

namespace Sentinel.Gateway.Exchange;

/// <summary>Which of a backend's time limits ran out.</summary>
internal enum TimeLimit
{
    /// <summary>The connection was not taken in time.</summary>
    Connect,

    /// <summary>The answer did not begin in time.</summary>
    FirstByte,

    /// <summary>Nothing moved for too long.</summary>
    Idle,

    /// <summary>The call as a whole took too long, whatever moved.</summary>
    Total,
}

/// <summary>A time limit of Sentinel's own ran out, and not a token of the caller's.</summary>
/// <remarks>A cancellation, because the forwarder takes nothing else for a timeout.</remarks>
internal sealed class BackendTimeoutException(TimeLimit limit)
    : OperationCanceledException($"The time limit '{limit}' of the backend ran out.")
{
    public TimeLimit Limit => limit;
}

/// <summary>Tells timeouts from other faults of the forwarder's.</summary>
internal static class BackendTimeouts
{
    /// <summary>The limit that ran out; null where none did.</summary>
    public static TimeLimit? Of(IForwarderErrorFeature? fault) => fault switch
    {
        { Error: ForwarderError.RequestTimedOut, Exception: { } exception } => OfException(exception),
        { Error: ForwarderError.ResponseBodyDestination, Exception: OperationCanceledException exception } =>
            OfException(exception),
        { Error: ForwarderError.RequestBodyDestination, Exception: AggregateException all } =>
            all.Flatten().InnerExceptions.OfType<OperationCanceledException>().FirstOrDefault() is { } exception
                ? OfException(exception)
                : null,
        _ => null,
    };

    // The socket handler's own way to say that the connection took too long is a TimeoutException inside.
    private static TimeLimit OfException(Exception exception) => exception switch
    {
        BackendTimeoutException own => own.Limit,
        { InnerException: TimeoutException } => TimeLimit.Connect,
        _ => TimeLimit.Idle,
    };
}
