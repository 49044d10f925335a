using System.Collections.Frozen;
using System.Net.Http.Headers;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Forwarding;

/// <summary>
/// Keeps from the backend what is the client's own business, or what a client could use to pose as Sentinel.
/// </summary>
/// <remarks>Runs before a route's own transforms, so that what those set stays.</remarks>
internal sealed class RequestHygieneTransform : RequestTransform
{
    private static readonly FrozenSet<string> Dropped = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Authorization",
        "Origin",
        McpHeaders.ApiKey,
        "Proxy-Authorization",
        "Cookie",
        "Forwarded",
        "X-HTTP-Method-Override",
        "Accept-Encoding");

    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var headers = context.ProxyRequest.Headers;
        Drop(headers);

        // Sentinel reads every answer, and an encoded one it could not.
        headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        return ValueTask.CompletedTask;
    }

    // One walk over what is there costs less than a search for each name that could be.
    private static void Drop(HttpRequestHeaders headers)
    {
        List<string>? dropped = null;
        foreach (var header in headers.NonValidated)
        {
            if (Dropped.Contains(header.Key)
                || header.Key.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
                || header.Key.StartsWith(McpHeaders.SentinelPrefix, StringComparison.OrdinalIgnoreCase))
            {
                (dropped ??= new List<string>(4)).Add(header.Key);
            }
        }

        foreach (var name in dropped ?? [])
        {
            headers.Remove(name);
        }
    }
}
