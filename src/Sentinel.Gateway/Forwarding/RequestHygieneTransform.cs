using System.Net.Http.Headers;
using Sentinel.Gateway.Exchange;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Forwarding;

/// <summary>
/// Keeps from the backend what is the client's own business, or what a client could use to pose as Sentinel.
/// </summary>
/// <param name="forwardsAuthorization">Whether a token that an issuer vouches for goes on.</param>
/// <param name="isCopied">Whether YARP has copied the headers; where it has not, a route's own transforms take them
/// from the client's request.</param>
/// <remarks>Runs before a route's own transforms, so that what those set stays.</remarks>
internal sealed class RequestHygieneTransform(bool forwardsAuthorization, bool isCopied) : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        // A key is Sentinel's own: it is worth nothing to a server, and much to whoever reads the server's log.
        var keepsAuthorization =
            forwardsAuthorization && McpExchange.Of(context.HttpContext).Caller is { Issuer: not null };
        var headers = context.ProxyRequest.Headers;
        Drop(headers, keepsAuthorization);
        if (!isCopied)
        {
            Drop(context.HttpContext.Request.Headers, keepsAuthorization);
        }

        // Sentinel reads every answer, and an encoded one it could not.
        headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        return ValueTask.CompletedTask;
    }

    // One walk over what is there costs less than a search for each name that could be.
    private static void Drop(HttpRequestHeaders headers, bool keepsAuthorization)
    {
        List<string>? dropped = null;
        foreach (var header in headers.NonValidated)
        {
            if (IsDropped(header.Key, keepsAuthorization))
            {
                (dropped ??= new List<string>(4)).Add(header.Key);
            }
        }

        foreach (var name in dropped ?? [])
        {
            headers.Remove(name);
        }
    }

    private static void Drop(IHeaderDictionary headers, bool keepsAuthorization)
    {
        foreach (var name in headers.Keys.Where(name => IsDropped(name, keepsAuthorization)).ToList())
        {
            headers.Remove(name);
        }
    }

    private static bool IsDropped(string name, bool keepsAuthorization) =>
        PrivateHeaders.Contains(name)
        && !(keepsAuthorization && name.Equals(PrivateHeaders.Authorization, StringComparison.OrdinalIgnoreCase));
}
