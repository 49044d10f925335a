using Microsoft.AspNetCore.Connections.Features;
using Sentinel.Gateway.Authorization;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Management;

namespace Sentinel.Gateway.Hosting;

/// <summary>Lets requests in while there is room, and keeps those that are in.</summary>
/// <remarks>Before anything is known of a request, so that one too many costs next to nothing.</remarks>
internal sealed class Admission(RunningExchanges running, DrainState drain, Overload overload)
{
    /// <returns>False where there is no room. Else <see cref="Leave"/> must follow.</returns>
    public bool TryEnter(HttpContext context, McpExchange exchange, TotalLimitsOptions limits)
    {
        if (drain.IsDraining)
        {
            // The answer says so, and the client's next request comes by another connection: to another replica.
            context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }

        var isStream = HttpMethods.IsGet(context.Request.Method);
        if (running.TryEnter(exchange, context, isStream, isStream ? limits.Streams : limits.Requests))
        {
            return true;
        }

        overload.Count(isStream ? Overload.Streams : Overload.Requests);
        return false;
    }

    public void Leave(McpExchange exchange) => running.Leave(exchange);
}
