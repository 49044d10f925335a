using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Forwarding;

/// <summary>The last response transform: sends the headers of an event stream at once.</summary>
/// <remarks>YARP holds them until the first byte of the body, which a silent stream may not send for minutes.</remarks>
internal sealed class EventStreamTransform : ResponseTransform
{
    public override async ValueTask ApplyAsync(ResponseTransformContext context)
    {
        // The client's header, already copied: the content may be wrapped by now.
        var response = context.HttpContext.Response;
        if (context.ProxyResponse is not null
            && !context.SuppressResponseBody
            && response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true)
        {
            await response.Body.FlushAsync(context.CancellationToken);
        }
    }
}
