using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

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
/// What earlier middleware put into <see cref="HttpContext.Items"/> under string keys, tools find in their request's
/// Items.
/// </summary>
internal sealed class McpEndpoint
{
    private const string SessionIdHeader = "Mcp-Session-Id";
    private const string RevisionHeader = "MCP-Protocol-Version";
    private const string FirstStatelessRevision = "2026-07-28";
    private const int SessionsMax = 10_000;
    private const int SessionNotFound = -32001;
    private const int ServerError = -32000;

    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly IServiceProvider _services;
    private readonly ILoggerFactory _loggers;
    private readonly CancellationToken _stopping;
    private readonly McpServerOptions _options;
    private readonly McpAnswers _answers;

    private McpEndpoint(IServiceProvider services, McpServerOptions options, McpAnswers answers)
    {
        _services = services;
        _loggers = services.GetRequiredService<ILoggerFactory>();
        _stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        _options = options;
        _answers = answers;
    }

    public static void Map(IEndpointRouteBuilder routes, string path, McpServerOptions options, McpAnswers answers)
    {
        var endpoint = new McpEndpoint(routes.ServiceProvider, options, answers);
        routes.MapPost(path, endpoint.PostAsync);
        routes.MapGet(path, endpoint.GetAsync);
        routes.MapDelete(path, endpoint.DeleteAsync);
    }

    private async Task PostAsync(HttpContext http)
    {
        if (!http.Request.HasJsonContentType())
        {
            await RefuseAsync(http, 415, ServerError, "Send application/json.");
            return;
        }

        JsonRpcMessage? message;
        try
        {
            message = await JsonSerializer.DeserializeAsync<JsonRpcMessage>(
                http.Request.Body,
                McpJsonUtilities.DefaultOptions,
                http.RequestAborted
            );
        }
        catch (JsonException exception)
        {
            await RefuseAsync(http, 400, (int)McpErrorCode.ParseError, exception.Message);
            return;
        }

        if (message is null)
        {
            await RefuseAsync(http, 400, (int)McpErrorCode.InvalidRequest, "The body holds no JSON-RPC message.");
            return;
        }

        message.Context = new() { ProtocolVersion = Revision(http), Items = NamedItems(http) };
        await (IsStateless(http) ? AnswerAloneAsync(http, message) : AnswerInSessionAsync(http, message));
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

    private Session OpenSession()
    {
        // The same alphabet and length as the SDK's own ids, '_' and '-' included.
        var id = System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var transport = new StreamableHttpServerTransport(_loggers) { SessionId = id };
        var session = new Session(id, transport, McpServer.Create(transport, _options, _loggers, _services));
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

    private static void StartEventStream(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
    }

    private static async Task RefuseAsync(
        HttpContext http,
        int status,
        int code,
        string text,
        JsonRpcMessage? message = null
    )
    {
        var body = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["error"] = new JsonObject { ["code"] = code, ["message"] = text },
        };
        if (message is JsonRpcRequest request)
        {
            body["id"] = JsonSerializer.SerializeToNode(request.Id, McpJsonUtilities.DefaultOptions);
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body.ToJsonString(), Encoding.UTF8, http.RequestAborted);
    }

    private static string? SessionId(HttpContext http) =>
        http.Request.Headers[SessionIdHeader].ToString() is { Length: > 0 } id ? id : null;

    private static string? Revision(HttpContext http) =>
        http.Request.Headers[RevisionHeader].ToString() is { Length: > 0 } revision ? revision : null;

    // Revisions are dates, so their order is the order of their characters.
    private static bool IsStateless(HttpContext http) =>
        string.CompareOrdinal(Revision(http), FirstStatelessRevision) >= 0;

    private static Dictionary<string, object?> NamedItems(HttpContext http) =>
        http.Items.Where(item => item.Key is string).ToDictionary(item => (string)item.Key, item => item.Value);

    private sealed class Session(string id, StreamableHttpServerTransport transport, McpServer server)
        : IAsyncDisposable
    {
        // Not linked to any request: a session outlives the one that opened it, and ends with its transport.
        private readonly Task _running = server.RunAsync(CancellationToken.None);
        private int _streamOpened;

        public string Id { get; } = id;

        public StreamableHttpServerTransport Transport { get; } = transport;

        public bool TryOpenStream() => Interlocked.Exchange(ref _streamOpened, 1) == 0;

        public async ValueTask DisposeAsync()
        {
            await Transport.DisposeAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await server.DisposeAsync();
        }
    }
}
