using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Rbac;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Authorization;

/// <summary>
/// The second request transform: kill switch, then roles, by the policy the route was published with.
/// </summary>
internal sealed class AuthorizationTransform(MethodMetrics metrics) : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var exchange = McpExchange.Of(context.HttpContext);
        if (exchange.IsAuthorized || exchange.Messages.Length == 0)
        {
            return ValueTask.CompletedTask;
        }

        var policy = ConfigurationSnapshot.Of(context.HttpContext).Policy;
        var refusal = exchange.BatchRefusals is null
            ? Judge(exchange, 0, policy)
            : JudgeBatch(exchange, exchange.BatchRefusals, policy);
        if (refusal is not null)
        {
            return RefusalWriter.WriteAsync(context.HttpContext, refusal);
        }

        exchange.IsAuthorized = true;
        return ValueTask.CompletedTask;
    }

    // All are judged, so that each row says what became of its own call.
    private Refusal? JudgeBatch(McpExchange exchange, Refusal?[] refusals, AccessPolicy policy)
    {
        for (var i = 0; i < refusals.Length; i++)
        {
            refusals[i] = Judge(exchange, i, policy);
        }

        return Array.Find(refusals, refusal => refusal is not null);
    }

    private Refusal? Judge(McpExchange exchange, int index, AccessPolicy policy)
    {
        var message = exchange.Messages[index];
        if (message.Method is not { } method)
        {
            return null;
        }

        metrics.Count(exchange.Backend, message.Known);
        if (exchange.CallOf(message) is { } call)
        {
            return JudgeCall(exchange, call, policy);
        }

        return message.Known is null && !policy.AllowsUnknownMethods ? Refusal.MethodDenied(method) : null;
    }

    private static Refusal? JudgeCall(McpExchange exchange, ToolCall call, AccessPolicy policy)
    {
        // A request without a caller does not get here; one that did would have no roles.
        var decision = policy.Decide(
            exchange.Caller?.Roles ?? [], exchange.Backend, TargetKind.Tool, call.ToolName, arguments: default);
        call.Decision = decision;
        return decision.IsAllowed ? null : Refusal.Denied(decision, call.ToolName);
    }
}
