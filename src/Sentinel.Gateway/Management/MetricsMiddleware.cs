namespace Sentinel.Gateway.Management;

/// <summary><c>/metrics</c>, on the management listener only; the end of that listener's pipeline.</summary>
internal sealed class MetricsMiddleware(RequestDelegate next, MetricStore store)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.Equals("/metrics", StringComparison.Ordinal))
        {
            return next(context);
        }

        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(store.Write(), context.RequestAborted);
    }
}
