using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Recording;

/// <summary>A response transform: puts the observer on the answer to a tools/call.</summary>
internal sealed class ObserverTransform : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        var exchange = McpExchange.Of(context.HttpContext);
        if (context.ProxyResponse is not { } answer
            || context.SuppressResponseBody
            || exchange is not { Call: not null, Message.Id: not null })
        {
            return ValueTask.CompletedTask;
        }

        answer.Content = new ObservedContent(answer.Content, exchange, ObserverFor(answer.Content, exchange));
        return ValueTask.CompletedTask;
    }

    // Null where the answer cannot be read; its bytes are counted all the same.
    private static ResponseObserver? ObserverFor(HttpContent content, McpExchange exchange)
    {
        var headers = content.Headers;
        if (headers.NonValidated.Contains("Content-Encoding")
            && headers.ContentEncoding.Any(e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            exchange.UnreadableAnswer = $"The answer is encoded as {string.Join(", ", headers.ContentEncoding)}.";
            return null;
        }

        var mediaType = headers.ContentType?.MediaType;
        if (string.Equals(mediaType, "application/json", StringComparison.OrdinalIgnoreCase))
        {
            return new ResponseObserver(isEventStream: false);
        }

        if (string.Equals(mediaType, "text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            return new ResponseObserver(isEventStream: true);
        }

        if (headers.ContentLength != 0 && mediaType is not null)
        {
            exchange.UnreadableAnswer = $"The answer is {mediaType}, neither JSON nor an event stream.";
        }

        return null;
    }
}
