using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Forwarding;

/// <summary>The last response transform: sends the headers of an event stream at once.</summary>
/// <remarks>YARP holds them until the first byte of the body, which a silent stream may not send for minutes.</remarks>
internal sealed class EventStreamTransform : ResponseTransform
{
    public override async ValueTask ApplyAsync(ResponseTransformContext context)
    {
        var contentType = context.ProxyResponse?.Content.Headers.ContentType?.MediaType;
        if (string.Equals(contentType, "text/event-stream", StringComparison.OrdinalIgnoreCase)
            && !context.SuppressResponseBody)
        {
            await context.HttpContext.Response.Body.FlushAsync(context.CancellationToken);
        }
    }
}
