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
    private static readonly string[] Dropped =
    [
        "Authorization", McpHeaders.ApiKey, "Proxy-Authorization", "Cookie", "Forwarded", "X-HTTP-Method-Override",
        "Accept-Encoding",
    ];

    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var headers = context.ProxyRequest.Headers;
        foreach (var name in Dropped)
        {
            headers.Remove(name);
        }

        DropPosing(headers);

        // Sentinel reads every answer, and an encoded one it could not.
        headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        return ValueTask.CompletedTask;
    }

    private static void DropPosing(HttpRequestHeaders headers)
    {
        List<string>? posing = null;
        foreach (var header in headers.NonValidated)
        {
            if (header.Key.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
                || header.Key.StartsWith(McpHeaders.SentinelPrefix, StringComparison.OrdinalIgnoreCase))
            {
                (posing ??= []).Add(header.Key);
            }
        }

        foreach (var name in posing ?? [])
        {
            headers.Remove(name);
        }
    }
}
