using Sentinel.Gateway.Exchange;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Recording.Spans;

/// <summary>A request transform, once the body has been read: begins the span, whose parent the body may name.
/// </summary>
internal sealed class SpanTransform(ExchangeTracer tracer) : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        tracer.Begin(context.HttpContext, McpExchange.Of(context.HttpContext));
        return ValueTask.CompletedTask;
    }
}
