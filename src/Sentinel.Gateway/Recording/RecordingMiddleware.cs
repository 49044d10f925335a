using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Rbac;
using Sentinel.Gateway.Recording.Spans;

namespace Sentinel.Gateway.Recording;

/// <summary>
/// The outermost stage inside YARP's pipeline: whatever happens below it, every call leaves its entry here, or goes on
/// waiting among the open calls of its session.
/// </summary>
internal sealed partial class RecordingMiddleware(
    RequestDelegate next,
    CallRecorder recorder,
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
            exchange.CallSlots?.Dispose();
            if (HttpMethods.IsGet(context.Request.Method))
            {
                CloseStream(context);
            }

            await RecordAsync(context, exchange);
        }
    }

    private static void CloseStream(HttpContext context) =>
        context.Features.Get<SessionStream>()?.Close(
            McpExchange.Of(context).IsStopped ? Verdict.GatewayStopped
                : context.RequestAborted.IsCancellationRequested ? Verdict.ClientDisconnected
                : Verdict.StreamTruncated);

    private async ValueTask RecordAsync(HttpContext context, McpExchange exchange)
    {
        if (!exchange.IsInspected && !context.RequestAborted.IsCancellationRequested)
        {
            // Refused before the transforms ran. What the body asked for is recorded all the same; a fault in it
            // changes nothing any more.
            await InspectLateAsync(context);
        }

        var recordsReads = ConfigurationSnapshot.Of(context).Sentinel.Audit.RecordReads;
        foreach (var call in exchange.Calls)
        {
            var verdict = Verdicts.Of(context, exchange, call);
            var isOver = true;
            if (recorder.Leaves(call, verdict.Outcome, recordsReads))
            {
                isOver = Record(context, exchange, call);
            }
            else
            {
                // A read that leaves no row was open all the same.
                context.Features.Get<CallSession>()?.Suspend(call, canWait: false);
                if (call.Kind == TargetKind.Tool)
                {
                    recorder.Count(exchange, call, verdict.Outcome);
                }
            }

            if (isOver && exchange.Span is { } span)
            {
                ExchangeSpan.AddCall(span, exchange, call, Verdicts.Of(context, exchange, call));
            }
        }
    }

    /// <returns>Whether the call has ended; false where its answer may yet come by another stream.</returns>
    private bool Record(HttpContext context, McpExchange exchange, ToolCall call)
    {
        var session = context.Features.Get<CallSession>();
        if (session is null || !session.Suspend(call, CanWait(context, exchange, session)))
        {
            recorder.Record(EntryBuilder.Build(context, exchange, call, Verdicts.Of(context, exchange, call)));
            return true;
        }

        var verdict = session.IsEndpoint ? Verdict.NotSeen : Verdicts.Of(context, exchange, call);
        var wait = ConfigurationSnapshot.Of(context).Sentinel.Sessions.AnswerWaitSeconds;
        session.Wait(call, EntryBuilder.Build(context, exchange, call, verdict), TimeSpan.FromSeconds(wait));
        return false;
    }

    // An HTTP+SSE server's response is a mere acknowledgement; elsewhere only a stream whose events had ids goes on.
    private static bool CanWait(HttpContext context, McpExchange exchange, CallSession session) =>
        exchange is { Refusal: null, FirstByteUs: not null }
        && (session.IsEndpoint ? context.Response.StatusCode < 300 : exchange.IsResumable);

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
