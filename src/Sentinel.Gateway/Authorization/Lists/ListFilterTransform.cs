using Sentinel.Gateway.Authorization.Pinning;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp.Lists;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Authorization.Lists;

/// <summary>
/// A response transform, before the observer: cuts out of lists what their caller may not use. A list that cannot be
/// read never passes.
/// </summary>
/// <remarks>
/// The answers to list requests are looked at, and every GET stream, because up to 2025-11-25 an answer may come on
/// one.
/// </remarks>
internal sealed partial class ListFilterTransform(
    ListMetrics metrics,
    SeenTools seen,
    ILogger<ListFilterTransform> logger)
    : ResponseTransform
{
    /// <summary>The longest list that is read, in bytes of JSON.</summary>
    public const int BodyBytesMax = ListEventReader.HeldBytesMax;

    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        var http = context.HttpContext;
        var exchange = McpExchange.Of(http);
        if (context.ProxyResponse is not { } answer
            || context.SuppressResponseBody
            || ListView.Of(http, exchange, seen) is not { } view)
        {
            return ValueTask.CompletedTask;
        }

        var isEvents = AnswerContent.IsEventStream(answer.Content);
        if (HttpMethods.IsGet(http.Request.Method) && !isEvents)
        {
            return ValueTask.CompletedTask;
        }

        if (AnswerContent.IsEncoded(answer.Content))
        {
            return RefuseAsync(context, exchange, view);
        }

        if (isEvents)
        {
            Watch(http, answer, exchange, view);
            return ValueTask.CompletedTask;
        }

        if (AnswerContent.IsJson(answer.Content))
        {
            return EditAsync(context, answer, exchange, view);
        }

        // Clients take a list as JSON or events only; an error page is none.
        return answer.IsSuccessStatusCode && answer.Content.Headers is { ContentLength: not 0, ContentType: not null }
            ? RefuseAsync(context, exchange, view)
            : ValueTask.CompletedTask;
    }

    private void Watch(HttpContext context, HttpResponseMessage answer, McpExchange exchange, ListView view)
    {
        // An edited event has another length than the backend announced.
        context.Response.ContentLength = null;
        answer.Content = new ListContent(answer.Content, view, reader =>
        {
            metrics.Hidden(exchange.Backend, reader.HiddenCount);
            if (reader.IsCut)
            {
                metrics.Unreadable(exchange.Backend);
                LogCut(logger, exchange.Backend);
            }
        });
    }

    private async ValueTask EditAsync(
        ResponseTransformContext context,
        HttpResponseMessage answer,
        McpExchange exchange,
        ListView view)
    {
        var content = answer.Content;
        if (await ReadAsync(content, context.CancellationToken) is not { } body)
        {
            // It has been read into, and could not pass any more even where nothing is hidden.
            await RefuseAsync(context, exchange);
            return;
        }

        var edit = body.Length == 0 ? ListEdit.Untouched : ListEditor.Edit(body, view.Shows);
        if (!edit.IsReadable && view.Hides)
        {
            await RefuseAsync(context, exchange);
            return;
        }

        var passed = body;
        if (view.Hides && edit.Bytes is { } edited)
        {
            metrics.Hidden(exchange.Backend, edit.HiddenCount);
            passed = edited;
        }

        answer.Content = new ByteArrayContent(passed);
        answer.Content.Headers.ContentType = content.Headers.ContentType;
        if (context.HttpContext.Response.ContentLength is not null)
        {
            context.HttpContext.Response.ContentLength = passed.Length;
        }
    }

    // Null where the body is longer than is read.
    private static async Task<byte[]?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > BodyBytesMax)
        {
            return null;
        }

        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var body = new MemoryStream((int)(content.Headers.ContentLength ?? 0));
        var buffer = new byte[16 * 1024];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + count > BodyBytesMax)
            {
                return null;
            }

            body.Write(buffer, 0, count);
        }

        return body.ToArray();
    }

    private ValueTask RefuseAsync(ResponseTransformContext context, McpExchange exchange, ListView view) =>
        view.Hides ? RefuseAsync(context, exchange) : ValueTask.CompletedTask;

    private ValueTask RefuseAsync(ResponseTransformContext context, McpExchange exchange)
    {
        metrics.Unreadable(exchange.Backend);
        LogUnreadable(logger, exchange.Backend);
        context.SuppressResponseBody = true;
        return RefusalWriter.WriteAsync(context.HttpContext, Refusal.BackendListUnreadable);
    }

    [LoggerMessage(
        7100,
        LogLevel.Warning,
        "A list of {Backend} was not passed on: it is encoded, malformed, ambiguous or longer than 16 MiB.")]
    private static partial void LogUnreadable(ILogger logger, string backend);

    [LoggerMessage(
        7101,
        LogLevel.Warning,
        "Cut a stream of {Backend}: it brought a list that is malformed, ambiguous or longer than 16 MiB.")]
    private static partial void LogCut(ILogger logger, string backend);

    private sealed class ListContent : WatchedContent
    {
        private readonly ListView _view;
        private readonly Action<ListEventReader> _ended;

        public ListContent(HttpContent inner, ListView view, Action<ListEventReader> ended)
            : base(inner)
        {
            _view = view;
            _ended = ended;

            // The transforms after this one look at what kind of answer it is.
            Headers.ContentType = inner.Headers.ContentType;
        }

        protected override Stream Watch(Stream stream) =>
            new ListEventStream(stream, new ListEventReader(_view.Shows, _view.Hides), _ended);
    }
}
