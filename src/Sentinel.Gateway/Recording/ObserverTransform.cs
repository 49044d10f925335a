using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Recording;

/// <summary>A response transform: watches the answer to a tools/call, and streams on which one may come.</summary>
internal sealed class ObserverTransform(OpenCalls openCalls) : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        if (context.ProxyResponse is { } answer && !context.SuppressResponseBody)
        {
            var exchange = McpExchange.Of(context.HttpContext);
            if (exchange.Calls.Length > 0)
            {
                var watch = new CallAnswers(exchange, ObserverFor(answer.Content, exchange));
                answer.Content = new ObservedContent(answer.Content, watch);
            }
            else if (HttpMethods.IsGet(context.HttpContext.Request.Method))
            {
                WatchStream(context.HttpContext, answer, exchange);
            }
        }

        return ValueTask.CompletedTask;
    }

    private void WatchStream(HttpContext context, HttpResponseMessage answer, McpExchange exchange)
    {
        var headers = context.Request.Headers;
        if (!answer.IsSuccessStatusCode
            || AnswerContent.IsEncoded(answer.Content)
            || !AnswerContent.IsEventStream(answer.Content)
            || McpRevisions.IsModern(headers[McpHeaders.ProtocolVersion]))
        {
            return;
        }

        var stream = new SessionStream(
            exchange, openCalls, SessionKey.Of(context, exchange), headers.ContainsKey(McpHeaders.LastEventId));
        context.Features.Set(stream);
        answer.Content = new ObservedContent(answer.Content, stream);
    }

    // Null where the answer cannot be read; its bytes are counted all the same.
    private static ResponseObserver? ObserverFor(HttpContent content, McpExchange exchange)
    {
        if (AnswerContent.IsEncoded(content))
        {
            exchange.UnreadableAnswer =
                $"The answer is encoded as {string.Join(", ", content.Headers.ContentEncoding)}.";
            return null;
        }

        if (AnswerContent.IsJson(content))
        {
            return new ResponseObserver(isEventStream: false);
        }

        if (AnswerContent.IsEventStream(content))
        {
            return new ResponseObserver(isEventStream: true);
        }

        if (content.Headers is { ContentLength: not 0, ContentType.MediaType: { } mediaType })
        {
            exchange.UnreadableAnswer = $"The answer is {mediaType}, neither JSON nor an event stream.";
        }

        return null;
    }
}
