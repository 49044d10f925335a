using Microsoft.AspNetCore.Http.Features;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Authorization;

/// <summary>
/// The second request transform: kill switch, then roles, by the policy the route was published with.
/// </summary>
internal sealed class AuthorizationTransform : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var exchange = McpExchange.Of(context.HttpContext);
        if (exchange.Call is not { } call || exchange.Decision is { IsAllowed: true })
        {
            return ValueTask.CompletedTask;
        }

        // A request without a caller does not get here; one that did would have no roles.
        var policy = context.HttpContext.Features.GetRequiredFeature<ConfigurationSnapshot>().Policy;
        var decision = policy.Decide(exchange.Caller?.Roles ?? [], exchange.Backend, call.ToolName);
        exchange.Decision = decision;
        return decision.IsAllowed
            ? ValueTask.CompletedTask
            : RefusalWriter.WriteAsync(context.HttpContext, Refusal.Denied(decision, call.ToolName));
    }
}
