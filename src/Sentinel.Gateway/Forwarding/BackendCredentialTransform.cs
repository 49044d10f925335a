using Sentinel.Gateway.Configuration.Backends;
using Sentinel.Gateway.Exchange;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Forwarding;

/// <summary>Sends a backend what its settings say: fixed headers, and a token of Sentinel's own.</summary>
internal sealed class BackendCredentialTransform(BackendSettings settings, BackendTokens tokens) : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var headers = context.ProxyRequest.Headers;
        foreach (var (name, value) in settings.Headers)
        {
            headers.Remove(name);
            headers.TryAddWithoutValidation(name, value);
        }

        return settings.ClientCredentials is { } grant ? AddTokenAsync(context, grant) : ValueTask.CompletedTask;
    }

    private async ValueTask AddTokenAsync(RequestTransformContext context, ClientCredentialsGrant grant)
    {
        if (await tokens.GetAsync(grant, context.CancellationToken) is { } token)
        {
            context.ProxyRequest.Headers.TryAddWithoutValidation(PrivateHeaders.Authorization, token.HeaderValue);
            return;
        }

        await RefusalWriter.WriteAsync(context.HttpContext, Refusal.BackendCredential);
    }
}
