using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Management.Telemetry;
using Sentinel.Gateway.Recording;
using Sentinel.Gateway.Recording.Spans;

namespace Sentinel.Gateway.Hosting;

/// <summary>
/// The first stage: opens the exchange if there is room for it, names the snapshot that serves it, and catches what
/// nobody else did.
/// </summary>
internal sealed partial class ExchangeMiddleware(
    RequestDelegate next,
    ConfigurationSource configuration,
    Admission admission,
    ExchangeTracer tracer,
    ExchangeScopes scopes,
    RefusalMetrics refusals,
    TimeProvider time,
    ILogger<ExchangeMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var exchange = new McpExchange(time);
        context.Features.Set(exchange);
        var snapshot = configuration.Current;
        context.Features.Set(snapshot);
        IDisposable? scope = null;
        var isAdmitted = false;
        try
        {
            isAdmitted = admission.TryEnter(context, exchange, snapshot.Sentinel.Limits.Total);
            if (!isAdmitted)
            {
                await RefusalWriter.WriteAsync(context, Refusal.Overloaded);
                return;
            }

            scope = scopes.Begin(context, exchange);
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left; there is nobody to answer.
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            LogConnectionLost(logger, exception.Message);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            if (exception is BadHttpRequestException)
            {
                // Kestrel's own verdict on the request's bytes; it answers that by itself.
                throw;
            }

            LogFailed(logger, exception, exchange.RequestId);
            await RefusalWriter.WriteAsync(context, Refusal.InternalError);
        }
        finally
        {
            scope?.Dispose();
            if (isAdmitted)
            {
                admission.Leave(exchange);
            }

            refusals.Count(exchange);
            tracer.End(context, exchange);
        }
    }

    /// <summary>
    /// After routing: a route brings the snapshot it was published with, so that it and the policy are of one
    /// configuration.
    /// </summary>
    public static Task KeepToRoute(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ConfigurationSnapshot>() is { } snapshot)
        {
            context.Features.Set(snapshot);
        }

        return next(context);
    }

    [LoggerMessage(4000, LogLevel.Error, "Request {RequestId} failed inside the gateway.")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid requestId);

    [LoggerMessage(4001, LogLevel.Debug, "A connection was lost: {Message}")]
    private static partial void LogConnectionLost(ILogger logger, string message);
}
