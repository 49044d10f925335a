using System.Buffers;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Authentication.Edge;

/// <summary>What browsers are told, so that an allowed page may call and read the answers.</summary>
/// <remarks>Cookies play no part here, so nothing is said about credentials.</remarks>
internal static class Cors
{
    private const string PreflightSeconds = "7200";
    private const string Methods = "GET, POST, DELETE";
    private const string McpPrefix = "Mcp-";

    private static readonly string Exposed = string.Join(
        ", ",
        McpHeaders.SessionId,
        McpHeaders.ProtocolVersion,
        McpHeaders.RequestId,
        "WWW-Authenticate",
        "Retry-After");

    // Mcp-* come on top: clients make Mcp-Param-* of a tool's own parameters.
    private static readonly string[] Requestable =
    [
        "Authorization", McpHeaders.ApiKey, "Content-Type", "Accept", McpHeaders.LastEventId,
        "traceparent", "tracestate", "baggage", "Cache-Control",
    ];

    private static readonly SearchValues<char> Separators = SearchValues.Create(", ");

    /// <summary>A browser's question whether the page may send what it wants to send.</summary>
    public static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.AccessControlRequestMethod.Count > 0;

    public static void AnswerPreflight(HttpContext context, string origin)
    {
        var headers = context.Response.Headers;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlMaxAge = PreflightSeconds;
        headers.Vary = "Origin, Access-Control-Request-Headers";
        var wanted = context.Request.Headers.AccessControlRequestHeaders.ToString();
        if (Allowed(wanted) is { Length: > 0 } allowed)
        {
            headers.AccessControlAllowHeaders = allowed;
        }
    }

    /// <summary>Lets the page read the answer, whoever gives it: the server, or a refusal.</summary>
    public static void Expose(HttpContext context, string origin) =>
        context.Response.OnStarting(
            static state =>
            {
                var (response, allowed) = ((HttpResponse, string))state;
                response.Headers.AccessControlAllowOrigin = allowed;
                response.Headers.AccessControlExposeHeaders = Exposed;
                response.Headers.Append("Vary", "Origin");
                return Task.CompletedTask;
            },
            (context.Response, origin));

    private static string Allowed(ReadOnlySpan<char> wanted)
    {
        List<string> allowed = [];
        foreach (var range in wanted.SplitAny(Separators))
        {
            var name = wanted[range];
            if (IsRequestable(name))
            {
                allowed.Add(name.ToString());
            }
        }

        return string.Join(", ", allowed);
    }

    private static bool IsRequestable(ReadOnlySpan<char> name)
    {
        if (name.StartsWith(McpPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        foreach (var requestable in Requestable)
        {
            if (name.Equals(requestable, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
