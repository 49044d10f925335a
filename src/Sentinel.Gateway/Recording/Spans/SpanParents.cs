using System.Diagnostics;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Recording.Spans;

/// <summary>Which of the contexts that a client sends is the parent of the span, and which a link.</summary>
internal static class SpanParents
{
    /// <remarks>
    /// The semantic conventions for MCP: the message's own context is the parent, for one HTTP request may carry
    /// several messages; the transport's is a link. With the header alone, it is the parent.
    /// A caller that was not admitted only gets a link: whoever likes could otherwise have traces recorded, and put
    /// spans into other people's.
    /// </remarks>
    public static (ActivityContext Parent, IEnumerable<ActivityLink>? Links) Of(
        HttpContext context,
        McpExchange exchange)
    {
        var headers = context.Request.Headers;
        var hasHeader = TraceContext.TryParse(headers.TraceParent, headers.TraceState, out var header);
        var hasMessage = TraceContext.TryParse(
            exchange.Message?.TraceParent, exchange.Message?.TraceState, out var message);
        if (exchange.Caller is null)
        {
            return (default, hasHeader ? [new ActivityLink(header)] : null);
        }

        return (hasMessage, hasHeader) switch
        {
            (true, true) when message.SpanId != header.SpanId || message.TraceId != header.TraceId =>
                (message, [new ActivityLink(header)]),
            (true, _) => (message, null),
            _ => (header, BatchLinks(exchange)),
        };
    }

    // One span for many messages has one parent; where messages name their own, they are links.
    private static List<ActivityLink>? BatchLinks(McpExchange exchange)
    {
        List<ActivityLink>? links = null;
        foreach (var message in exchange.Messages)
        {
            if (exchange.Message is null
                && TraceContext.TryParse(message.TraceParent, message.TraceState, out var own))
            {
                (links ??= []).Add(new ActivityLink(own));
            }
        }

        return links;
    }
}
