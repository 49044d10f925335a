using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authorization;

/// <summary>
/// Inside Recording, so that a call which is refused here leaves its row: no caller takes all that there is.
/// </summary>
internal sealed class CallerSlotsMiddleware(RequestDelegate next, CallerSlots slots, InspectRequest inspect)
{
    public Task InvokeAsync(HttpContext context)
    {
        var limits = ConfigurationSnapshot.Of(context).Sentinel.Limits;
        return limits is { ConcurrentRequests: null, ConcurrentStreams: null }
            ? next(context)
            : InvokeAsync(context, limits);
    }

    private async Task InvokeAsync(HttpContext context, LimitsOptions limits)
    {
        var exchange = McpExchange.Of(context);
        try
        {
            if (slots.Take(exchange, limits) is { } refusal)
            {
                await RefuseAsync(context, exchange, refusal);
                return;
            }

            await next(context);
        }
        finally
        {
            slots.Release(exchange);
        }
    }

    private async Task RefuseAsync(HttpContext context, McpExchange exchange, Refusal refusal)
    {
        try
        {
            // For the request's id and its row; a fault in the body changes nothing any more.
            exchange.Refusal = refusal;
            await inspect(context);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // No whole body, or none soon: no id, and no call that anybody has read.
        }

        foreach (var call in exchange.Calls)
        {
            call.Decision = refusal.Decision;
        }

        await RefusalWriter.WriteAsync(context, refusal);
    }
}
