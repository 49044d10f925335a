using Yarp.ReverseProxy.Model;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>After load balancing: does not forward to a destination that another request is trying.</summary>
/// <remarks>The request goes back to <see cref="FailOverMiddleware"/>, which has another destination chosen.</remarks>
internal sealed class CircuitMiddleware(RequestDelegate next, CircuitBreaker breaker)
{
    public Task InvokeAsync(HttpContext context)
    {
        var chosen = context.GetReverseProxyFeature().AvailableDestinations;
        return chosen.Count != 1 || breaker.MayTry(context, chosen[0]) ? next(context) : Task.CompletedTask;
    }

    /// <summary>Whether the request came back without an attempt, though there was a destination.</summary>
    public static bool HeldBack(IReverseProxyFeature proxy) =>
        proxy.ProxiedDestination is null && proxy.AvailableDestinations.Count == 1;
}
