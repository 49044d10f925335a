using Sentinel.Gateway.Authorization.Pinning;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
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
    PinnedCalls pinnedCalls,
    CallerSlots slots)
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
        if (snapshot.Policy.HasArgumentRules && CallArguments.AreIn(exchange))
        {
            return ApplyWithArgumentsAsync(context.HttpContext, exchange, snapshot);
        }

        Decide(exchange, snapshot, body: default);
        return FinishAsync(context.HttpContext, exchange, snapshot);
    }

    private async ValueTask ApplyWithArgumentsAsync(
        HttpContext context,
        McpExchange exchange,
        ConfigurationSnapshot snapshot)
    {
        await CallArguments.ReadAsync(context, body => Decide(exchange, snapshot, body));
        await FinishAsync(context, exchange, snapshot);
    }

    private ValueTask FinishAsync(HttpContext context, McpExchange exchange, ConfigurationSnapshot snapshot)
    {
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
            return RefusalWriter.WriteAsync(context, refusal);
        }

        if (exchange.Message?.Method is McpMethods.SubscriptionsListen
            && slots.TakeAsStream(exchange, snapshot.Sentinel.Limits) is { } full)
        {
            return RefusalWriter.WriteAsync(context, full);
        }

        exchange.IsAuthorized = true;
        if (!snapshot.Sentinel.Audit.RecordReads && Array.Exists(exchange.Calls, IsRead))
        {
            // A read that passes leaves no row, so that its answer need not be watched.
            exchange.Calls = Array.FindAll(exchange.Calls, call => !IsRead(call));
        }

        return ValueTask.CompletedTask;
    }

    private static bool IsRead(ToolCall call) => call.Kind != TargetKind.Tool;

    private void Decide(McpExchange exchange, ConfigurationSnapshot snapshot, ReadOnlySpan<byte> body)
    {
        foreach (var call in exchange.Calls)
        {
            // A request without a caller does not get here; one that did would have no roles.
            var decision = snapshot.Policy.Decide(
                exchange.Caller?.Roles ?? [],
                exchange.Backend,
                call.Kind,
                call.ToolName,
                CallArguments.Of(call.Message, body));
            call.Decision = IsRead(call)
                ? decision
                : pinnedCalls.Judge(snapshot, exchange.Backend, call.ToolName, decision);
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
        if (message.Method is null)
        {
            return null;
        }

        metrics.Count(exchange.Backend, message.Known);
        return exchange.CallOf(message) is { } call
            ? JudgeCall(call, call.Decision!, denial)
            : OtherMethods.Judge(message, exchange.Caller?.Roles ?? [], exchange.Backend, policy);
    }

    private static Refusal? JudgeCall(ToolCall call, Decision decision, LimitDenial? denial)
    {
        if (!IsRead(call) && decision.Reason != Decision.ReasonKillSwitch && denial?.Refuse(call) is { } limited)
        {
            return limited;
        }

        return decision.IsAllowed ? null : Refusal.Denied(decision, call.Kind, call.ToolName);
    }
}
