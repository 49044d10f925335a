using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Management;

/// <summary><c>/metrics</c>, on the management listener only.</summary>
internal sealed class MetricsMiddleware(RequestDelegate next, MetricStore store, ConfigurationSource configuration)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.Equals("/metrics", StringComparison.Ordinal))
        {
            await next(context);
        }
        else if (await MetricsAccess.CheckAsync(context, configuration.Current))
        {
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            await context.Response.WriteAsync(store.Write(), context.RequestAborted);
        }
    }
}
