using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Authorization;

/// <summary>Which limit an exchange's calls have come to, and for how long.</summary>
internal sealed class LimitDenial(CallLimits limits, string backend, int rate, long retryAfterSeconds)
{
    private readonly Decision _decision = rate < 0
        ? new Decision(false, Refusal.ReasonConcurrencyLimited, $"limit ConcurrentCalls: {limits.Concurrent}")
        : new Decision(false, Refusal.ReasonRateLimited, limits.Rates[rate].Rule);

    /// <summary>The reason code.</summary>
    public string Reason => _decision.Reason!;

    /// <summary>The limit's name: its pattern, <c>Default</c> or <c>ConcurrentCalls</c>.</summary>
    public string Limit => rate < 0 ? "ConcurrentCalls" : limits.Rates[rate].Pattern;

    /// <summary>
    /// Refuses the calls that the limit is about. The others of a batch are innocent: they only go down with it.
    /// </summary>
    public Refusal? Refuse(ToolCall call)
    {
        if (rate >= 0 && !limits.Takes(backend, call.ToolName, rate))
        {
            return null;
        }

        call.Decision = _decision;
        return rate < 0
            ? Refusal.TooMany("calls", limits.Concurrent ?? 0)
            : Refusal.RateLimited(call.ToolName, retryAfterSeconds);
    }
}
