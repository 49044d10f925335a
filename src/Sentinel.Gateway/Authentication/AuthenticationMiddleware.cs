using Sentinel.Gateway.Authentication.Metadata;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Model;

namespace Sentinel.Gateway.Authentication;

/// <summary>Every request carries its own proof: bearer value or key → caller, or 401.</summary>
internal sealed class AuthenticationMiddleware(
    RequestDelegate next,
    CallerDirectory directory,
    LoginLog log,
    TimeProvider time)
{
    private const string BearerScheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization;
        var apiKey = context.Request.Headers[McpHeaders.ApiKey];
        if (authorization.Count > 1 || apiKey.Count > 1)
        {
            return RefuseAsync(context, Refusal.RepeatedHeader, LoginFailure.RepeatedHeader);
        }

        if (authorization.Count > 0 && apiKey.Count > 0)
        {
            return RefuseAsync(context, Refusal.TwoCredentials, LoginFailure.TwoCredentials);
        }

        var known = directory.Of(ConfigurationSnapshot.Of(context));
        if (authorization.Count == 0 && apiKey.Count == 0)
        {
            return known.Keys.Anonymous is { } anonymous
                ? AdmitAsync(context, anonymous)
                : RefuseAsync(context, Refusal.NoCredential, LoginFailure.NoCredential);
        }

        // A credential that is presented and fails is refused, even where none would have been needed.
        return authorization.Count > 0
            ? WithBearerAsync(context, known, authorization.ToString())
            : WithKeyAsync(context, known, apiKey.ToString());
    }

    private Task WithKeyAsync(HttpContext context, KnownCallers known, string key) =>
        key.Length > 0 && known.Keys.Find(CredentialHash.Of(key)) is { } found
            ? WithKnownKeyAsync(context, found)
            : RefuseAsync(context, Refusal.BadCredential, LoginFailure.ApiKey);

    private Task WithKnownKeyAsync(HttpContext context, ApiKey key)
    {
        var backend = context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config.ClusterId;
        return key.Check(backend, time.GetUtcNow()) is { } refusal
            ? RefuseAsync(
                context,
                refusal,
                refusal == Refusal.KeyExpired ? LoginFailure.Expired : LoginFailure.WrongAudience)
            : AdmitAsync(context, key.Caller);
    }

    // A bearer value is a key if its hash is one's, and otherwise a token.
    private Task WithBearerAsync(HttpContext context, KnownCallers known, string authorization)
    {
        if (!authorization.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase))
        {
            return RefuseAsync(context, Refusal.BadCredential, LoginFailure.Scheme);
        }

        var credential = authorization.AsSpan(BearerScheme.Length).Trim(' ');
        if (credential.IsEmpty)
        {
            return RefuseAsync(context, Refusal.BadCredential, LoginFailure.Malformed);
        }

        var hash = CredentialHash.Of(credential);
        if (known.Tokens.Find(hash) is { } caller)
        {
            return AdmitAsync(context, caller);
        }

        if (known.Keys.Find(hash) is { } key)
        {
            return WithKnownKeyAsync(context, key);
        }

        return TokenHeader.IsMeant(credential)
            ? WithNewTokenAsync(context, known.Tokens, credential.ToString(), hash)
            : RefuseAsync(context, Refusal.BadCredential, LoginFailure.ApiKey);
    }

    private async Task WithNewTokenAsync(HttpContext context, TokenCallers tokens, string token, CredentialHash hash)
    {
        // The validation is shared with other calls, so that this one's end must not end it.
        var verdict = await tokens.ValidateAsync(token, hash).WaitAsync(context.RequestAborted);
        if (verdict.Caller is { } caller)
        {
            await AdmitAsync(context, caller);
            return;
        }

        var refusal = verdict.Failure!.IsScopeFault ? Refusal.InsufficientScope : Refusal.BadCredential;
        await RefuseAsync(context, refusal, verdict.Failure, verdict.Detail);
    }

    private Task AdmitAsync(HttpContext context, Caller caller)
    {
        McpExchange.Of(context).Caller = caller;
        return next(context);
    }

    private Task RefuseAsync(HttpContext context, Refusal refusal, LoginFailure failure, string? detail = null)
    {
        McpExchange.Of(context).LoginFailure = failure;
        log.Record(failure, context.Connection.RemoteIpAddress, detail);
        return RefusalWriter.WriteAsync(context, Challenge.Add(refusal, context, failure)).AsTask();
    }
}
