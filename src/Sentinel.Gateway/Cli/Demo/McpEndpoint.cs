using System.Buffers;
using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using static Sentinel.Gateway.Cli.Demo.McpHttp;

// Deprecated for new servers; clients of 2025-11-25 still come back for what they missed.
#pragma warning disable MCP9006

namespace Sentinel.Gateway.Cli.Demo;

/// <summary>How an endpoint answers requests: the two ways that Streamable HTTP leaves to the server.</summary>
internal enum McpAnswers
{
    EventStream,
    Json,
}

/// <summary>
/// Serves one MCP endpoint of both eras on the SDK's transports: stateful sessions for clients that initialize,
/// and one short-lived server for each request of revision 2026-07-28 and later.
/// What earlier middleware put into <see cref="HttpContext.Items"/> under string keys, tools find in their own
/// request's Items; and under <see cref="SessionTransport"/> the way to what is no answer: the session's own stream.
/// </summary>
internal sealed class McpEndpoint
{
    public const string SessionTransport = "mcp.sessionTransport";

    private const int SessionsMax = 10_000;

    private readonly ConcurrentDictionary<string, McpSession> _sessions = new(StringComparer.Ordinal);
    private readonly IServiceProvider _services;
    private readonly ILoggerFactory _loggers;
    private readonly CancellationToken _stopping;
    private readonly McpServerOptions _options;
    private readonly McpAnswers _answers;
    private readonly ISseEventStreamStore? _events;

    private McpEndpoint(
        IServiceProvider services,
        McpServerOptions options,
        McpAnswers answers,
        ISseEventStreamStore? events
    )
    {
        _services = services;
        _loggers = services.GetRequiredService<ILoggerFactory>();
        _stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        _options = options;
        _answers = answers;
        _events = events;
    }

    /// <param name="routes">The application.</param>
    /// <param name="path">The endpoint's one path.</param>
    /// <param name="options">The server, the same for every session.</param>
    /// <param name="answers">How requests are answered.</param>
    /// <param name="events">Where the events of sessions are kept for clients that come back for them; nowhere if
    /// absent.</param>
    public static void Map(
        IEndpointRouteBuilder routes,
        string path,
        McpServerOptions options,
        McpAnswers answers,
        ISseEventStreamStore? events = null
    )
    {
        var endpoint = new McpEndpoint(routes.ServiceProvider, options, answers, events);
        routes.MapPost(path, endpoint.PostAsync);
        routes.MapGet(path, endpoint.GetAsync);
        routes.MapDelete(path, endpoint.DeleteAsync);
    }

    private async Task PostAsync(HttpContext http)
    {
        if (await ReadMessageAsync(http) is { } message)
        {
            await (IsStateless(http) ? AnswerAloneAsync(http, message) : AnswerInSessionAsync(http, message));
        }
    }

    private async Task AnswerAloneAsync(HttpContext http, JsonRpcMessage message)
    {
        await using var transport = new StreamableHttpServerTransport(_loggers) { Stateless = true };
        await using var server = McpServer.Create(transport, _options, _loggers, _services);

        // From this revision on a client cancels by closing its stream, so the running tool ends with the request.
        var running = server.RunAsync(http.RequestAborted);
        try
        {
            await AnswerAsync(http, transport, message);
        }
        finally
        {
            await transport.DisposeAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AnswerInSessionAsync(HttpContext http, JsonRpcMessage message)
    {
        var id = SessionId(http);
        if (id is null && message is not JsonRpcRequest { Method: RequestMethods.Initialize })
        {
            await RefuseAsync(http, 400, ServerError, "Send initialize first, then its Mcp-Session-Id.", message);
            return;
        }

        if (id is null && _sessions.Count >= SessionsMax)
        {
            await RefuseAsync(http, 503, ServerError, $"All {SessionsMax} sessions are in use.", message);
            return;
        }

        var session = id is null ? OpenSession() : _sessions.GetValueOrDefault(id);
        if (session is null)
        {
            await RefuseAsync(http, 404, SessionNotFound, "Session not found.", message);
            return;
        }

        message.Context!.Items![SessionTransport] = session.Transport;
        http.Response.Headers[SessionIdHeader] = session.Id;
        await AnswerAsync(http, session.Transport, message);
    }

    private async Task GetAsync(HttpContext http)
    {
        var id = SessionId(http);
        if (IsStateless(http) || id is null)
        {
            http.Response.Headers.Allow = "POST";
            await RefuseAsync(http, 405, ServerError, "Without a session there is no stream to open.");
        }
        else if (!_sessions.TryGetValue(id, out var session))
        {
            await RefuseAsync(http, 404, SessionNotFound, "Session not found.");
        }
        else if (LastEventId(http) is { } lastEventId)
        {
            await ResumeAsync(http, session, lastEventId);
        }
        else if (!session.TryOpenStream())
        {
            await RefuseAsync(http, 409, ServerError, "This session's stream has been opened already.");
        }
        else
        {
            StartEventStream(http);
            await http.Response.Body.FlushAsync(http.RequestAborted);

            // Linked, because an idle client would otherwise hold up the shutdown.
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping);
            await session.Transport.HandleGetRequestAsync(http.Response.Body, ending.Token);
        }
    }

    private async Task ResumeAsync(HttpContext http, McpSession session, string lastEventId)
    {
        var reader = _events is null ? null : await _events.GetStreamReaderAsync(lastEventId, http.RequestAborted);
        if (reader?.SessionId != session.Id)
        {
            await RefuseAsync(http, 400, ServerError, "This session has no such event.");
            return;
        }

        StartEventStream(http);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping);
        await SseFormatter.WriteAsync(
            reader.ReadEventsAsync(ending.Token),
            http.Response.Body,
            (item, bytes) => bytes.Write(Serialize(item.Data)),
            ending.Token
        );
    }

    private async Task DeleteAsync(HttpContext http)
    {
        if (SessionId(http) is { } id && _sessions.TryRemove(id, out var session))
        {
            await session.DisposeAsync();
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await RefuseAsync(http, 404, SessionNotFound, "Session not found.");
    }

    private async Task AnswerAsync(HttpContext http, StreamableHttpServerTransport transport, JsonRpcMessage message)
    {
        ValueTask ChooseStatus(JsonRpcMessage? first)
        {
            http.Response.StatusCode = StatusOf(first);
            return ValueTask.CompletedTask;
        }

        var events = _answers is McpAnswers.Json ? new MemoryStream() : null;
        if (events is null)
        {
            StartEventStream(http);
        }

        var body = events ?? http.Response.Body;
        if (!await transport.HandlePostRequestAsync(message, body, ChooseStatus, http.RequestAborted))
        {
            http.Response.Headers.ContentType = default;
            http.Response.StatusCode = StatusCodes.Status202Accepted;
        }
        else if (events is not null)
        {
            events.Position = 0;
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(ResponseAmong(events), http.RequestAborted);
        }
    }

    private McpSession OpenSession()
    {
        // The same alphabet and length as the SDK's own ids, '_' and '-' included.
        var id = System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var transport = new StreamableHttpServerTransport(_loggers) { SessionId = id, EventStreamStore = _events };
        var session = new McpSession(id, transport, McpServer.Create(transport, _options, _loggers, _services));
        _sessions[id] = session;
        return session;
    }

    private static string ResponseAmong(Stream events)
    {
        // Notifications on the way have no place in a single JSON body: the response is what carries no method.
        foreach (var item in SseParser.Create(events).Enumerate())
        {
            if (item.Data.Length > 0 && JsonNode.Parse(item.Data) is JsonObject found && !found.ContainsKey("method"))
            {
                return item.Data;
            }
        }

        throw new InvalidOperationException("The server ended its answer without a response.");
    }

    private static int StatusOf(JsonRpcMessage? first) =>
        first is JsonRpcError { Error.Code: var code }
            ? (McpErrorCode)code switch
            {
                McpErrorCode.MethodNotFound => StatusCodes.Status404NotFound,
                McpErrorCode.HeaderMismatch
                or McpErrorCode.MissingRequiredClientCapability
                or McpErrorCode.UnsupportedProtocolVersion => StatusCodes.Status400BadRequest,
                _ => StatusCodes.Status200OK,
            }
            : StatusCodes.Status200OK;

    // An event without a message only tells the client where it may go on from.
    private static byte[] Serialize(JsonRpcMessage? message) =>
        message is null ? [] : JsonSerializer.SerializeToUtf8Bytes(message, McpJsonUtilities.DefaultOptions);
}
