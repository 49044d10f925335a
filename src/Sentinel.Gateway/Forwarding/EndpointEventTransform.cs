using System.Net;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Forwarding;

/// <summary>
/// A response transform for HTTP+SSE servers (2024-11-05): clients POST where the stream's <c>endpoint</c> event says,
/// so that has to be a path of this gateway.
/// </summary>
internal sealed partial class EndpointEventTransform(SealEndpoint seal, ILogger<EndpointEventTransform> logger)
    : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        if (context.ProxyResponse is { StatusCode: HttpStatusCode.OK, Content: var content } answer
            && !context.SuppressResponseBody
            && IsOfHttpSse(context.HttpContext.Request)
            && IsEventStream(content)
            && answer.RequestMessage?.RequestUri is { } requested)
        {
            // A rewritten event has another length than the backend announced.
            context.HttpContext.Response.ContentLength = null;
            answer.Content = new EndpointEventContent(content, endpoint => Rewrite(context, requested, endpoint));
        }

        return ValueTask.CompletedTask;
    }

    // Where there is a session already the client speaks Streamable HTTP, and looks for no endpoint.
    private static bool IsOfHttpSse(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && !request.Headers.ContainsKey(McpHeaders.SessionId)
        && !McpRevisions.IsModern(request.Headers[McpHeaders.ProtocolVersion]);

    private static bool IsEventStream(HttpContent content) =>
        string.Equals(content.Headers.ContentType?.MediaType, "text/event-stream", StringComparison.OrdinalIgnoreCase)
        && !content.Headers.NonValidated.Contains("Content-Encoding");

    // The path and query for the client, sealed; null where the endpoint is not within the route's part of the backend.
    private string? Rewrite(ResponseTransformContext context, Uri requested, string endpoint)
    {
        var exchange = McpExchange.Of(context.HttpContext);
        var request = context.HttpContext.Request;
        var clientPath = (request.PathBase + request.Path).ToUriComponent();
        var path = Uri.TryCreate(requested, endpoint, out var target)
            ? BackendPath.ToClient(target, requested, clientPath)
            : null;
        var forClient = path is null ? null : seal(context.HttpContext, path);
        if (forClient is null)
        {
            LogRefused(logger, exchange.Backend);
            return null;
        }

        exchange.MessageEndpoint = path;
        return forClient;
    }

    [LoggerMessage(
        8000,
        LogLevel.Warning,
        "Cut a stream of {Backend}: its endpoint event leads to another origin, out of the route, or is too long.")]
    private static partial void LogRefused(ILogger logger, string backend);

    private sealed class EndpointEventContent : WatchedContent
    {
        private readonly Func<string, string?> _rewrite;

        public EndpointEventContent(HttpContent inner, Func<string, string?> rewrite)
            : base(inner)
        {
            _rewrite = rewrite;

            // The transforms after this one look at what kind of answer it is.
            Headers.ContentType = inner.Headers.ContentType;
        }

        protected override Stream Watch(Stream stream) => new EndpointEventStream(stream, _rewrite);
    }
}
