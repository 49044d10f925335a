using Sentinel.Gateway.Authorization.Pinning;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Rbac;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Authorization;

/// <summary>
/// The second request transform: kill switch, then limits, then roles, by the policy the route was published with.
/// </summary>
internal sealed class AuthorizationTransform(
    MethodMetrics metrics,
    CallLimiter limiter,
    LimitMetrics limitMetrics,
    PinnedCalls pinnedCalls)
    : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var exchange = McpExchange.Of(context.HttpContext);
        if (exchange.IsAuthorized || exchange.Messages.Length == 0)
        {
            return ValueTask.CompletedTask;
        }

        var snapshot = ConfigurationSnapshot.Of(context.HttpContext);
        Decide(exchange, snapshot);
        var denial = limiter.Take(exchange, snapshot.CallLimits);
        if (denial is not null)
        {
            limitMetrics.Count(exchange.Backend, denial);
        }

        var refusal = exchange.BatchRefusals is null
            ? Judge(exchange, 0, snapshot.Policy, denial)
            : JudgeBatch(exchange, exchange.BatchRefusals, snapshot.Policy, denial);
        if (refusal is not null)
        {
            return RefusalWriter.WriteAsync(context.HttpContext, refusal);
        }

        exchange.IsAuthorized = true;
        return ValueTask.CompletedTask;
    }

    private void Decide(McpExchange exchange, ConfigurationSnapshot snapshot)
    {
        foreach (var call in exchange.Calls)
        {
            // A request without a caller does not get here; one that did would have no roles.
            var decision = snapshot.Policy.Decide(
                exchange.Caller?.Roles ?? [], exchange.Backend, TargetKind.Tool, call.ToolName, arguments: default);
            call.Decision = pinnedCalls.Judge(snapshot, exchange.Backend, call.ToolName, decision);
        }
    }

    // All are judged, so that each row says what became of its own call.
    private Refusal? JudgeBatch(McpExchange exchange, Refusal?[] refusals, AccessPolicy policy, LimitDenial? denial)
    {
        for (var i = 0; i < refusals.Length; i++)
        {
            refusals[i] = Judge(exchange, i, policy, denial);
        }

        return Array.Find(refusals, refusal => refusal is not null);
    }

    private Refusal? Judge(McpExchange exchange, int index, AccessPolicy policy, LimitDenial? denial)
    {
        var message = exchange.Messages[index];
        if (message.Method is not { } method)
        {
            return null;
        }

        metrics.Count(exchange.Backend, message.Known);
        if (exchange.CallOf(message) is { } call)
        {
            return JudgeCall(call, call.Decision!, denial);
        }

        return message.Known is null && !policy.AllowsUnknownMethods ? Refusal.MethodDenied(method) : null;
    }

    private static Refusal? JudgeCall(ToolCall call, Decision decision, LimitDenial? denial)
    {
        if (decision.Reason != Decision.ReasonKillSwitch && denial?.Refuse(call) is { } limited)
        {
            return limited;
        }

        return decision.IsAllowed ? null : Refusal.Denied(decision, call.ToolName);
    }
}
