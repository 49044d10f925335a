using Sentinel.Audit;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Recording;

/// <summary>
/// The outermost stage inside YARP's pipeline: whatever happens below it, a call leaves its entry here.
/// </summary>
internal sealed partial class RecordingMiddleware(
    RequestDelegate next,
    AuditChannel channel,
    CallMetrics metrics,
    InspectRequest inspect,
    ILogger<RecordingMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var exchange = McpExchange.Of(context);
        var route = context.GetReverseProxyFeature().Route.Config;
        exchange.Route = route.RouteId;
        exchange.Backend = route.ClusterId ?? McpExchange.UnknownBackend;
        try
        {
            await next(context);
        }
        catch (Exception e) when (e is not (IOException or OperationCanceledException) && !context.Response.HasStarted)
        {
            // Answered here and not further out, so that the row says what the client was told.
            LogFailed(logger, e, exchange.RequestId);
            await RefusalWriter.WriteAsync(context, Refusal.InternalError);
        }
        finally
        {
            await RecordAsync(context, exchange);
        }
    }

    private async ValueTask RecordAsync(HttpContext context, McpExchange exchange)
    {
        if (!exchange.IsInspected && !context.RequestAborted.IsCancellationRequested)
        {
            // Refused before the transforms ran. What the body asked for is recorded all the same; a fault in it
            // changes nothing any more.
            await InspectLateAsync(context);
        }

        if (exchange.Call is not { } call)
        {
            return;
        }

        var verdict = Verdicts.Of(context, exchange);
        metrics.Count(exchange.Backend, verdict.Outcome);
        if (channel.IsEnabled)
        {
            // False means dropped: the channel counts it and warns of it, and the call is not affected.
            channel.TryWrite(EntryBuilder.Build(context, exchange, call, verdict));
        }
    }

    private async ValueTask InspectLateAsync(HttpContext context)
    {
        try
        {
            await inspect(context);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client left before its body was whole: there is no call to record.
        }
    }

    [LoggerMessage(9000, LogLevel.Error, "Request {RequestId} failed inside the gateway.")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid requestId);
}
