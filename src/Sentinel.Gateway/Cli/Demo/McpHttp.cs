using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Sentinel.Gateway.Cli.Demo;

/// <summary>What MCP says in HTTP's own words: headers, statuses, the message in a body.</summary>
internal static class McpHttp
{
    public const string SessionIdHeader = "Mcp-Session-Id";
    public const int SessionNotFound = -32001;
    public const int ServerError = -32000;

    private const string RevisionHeader = "MCP-Protocol-Version";
    private const string LastEventIdHeader = "Last-Event-ID";
    private const string FirstStatelessRevision = "2026-07-28";

    /// <summary>
    /// The message in the body, with what earlier middleware put into <see cref="HttpContext.Items"/> under string
    /// keys; null if there was none and the request has been refused for it.
    /// </summary>
    public static async Task<JsonRpcMessage?> ReadMessageAsync(HttpContext http)
    {
        if (!http.Request.HasJsonContentType())
        {
            await RefuseAsync(http, 415, ServerError, "Send application/json.");
            return null;
        }

        try
        {
            var message = await JsonSerializer.DeserializeAsync<JsonRpcMessage>(
                http.Request.Body,
                McpJsonUtilities.DefaultOptions,
                http.RequestAborted
            );
            if (message is not null)
            {
                message.Context = new() { ProtocolVersion = Revision(http), Items = NamedItems(http) };
                return message;
            }

            await RefuseAsync(http, 400, (int)McpErrorCode.InvalidRequest, "The body holds no JSON-RPC message.");
        }
        catch (JsonException exception)
        {
            await RefuseAsync(http, 400, (int)McpErrorCode.ParseError, exception.Message);
        }

        return null;
    }

    public static void StartEventStream(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
    }

    public static async Task RefuseAsync(
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

    public static string? SessionId(HttpContext http) => Header(http, SessionIdHeader);

    public static string? LastEventId(HttpContext http) => Header(http, LastEventIdHeader);

    // Revisions are dates, so their order is the order of their characters.
    public static bool IsStateless(HttpContext http) =>
        string.CompareOrdinal(Revision(http), FirstStatelessRevision) >= 0;

    private static string? Revision(HttpContext http) => Header(http, RevisionHeader);

    private static string? Header(HttpContext http, string name) =>
        http.Request.Headers[name].ToString() is { Length: > 0 } value ? value : null;

    private static Dictionary<string, object?> NamedItems(HttpContext http) =>
        http.Items.Where(item => item.Key is string).ToDictionary(item => (string)item.Key, item => item.Value);
}
