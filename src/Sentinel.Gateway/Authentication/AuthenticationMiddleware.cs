using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Model;

namespace Sentinel.Gateway.Authentication;

/// <summary>Every request carries its own proof: bearer value or key → caller, or 401.</summary>
internal sealed partial class AuthenticationMiddleware(
    RequestDelegate next,
    TimeProvider time,
    ILogger<AuthenticationMiddleware> logger)
{
    private const string BearerScheme = "Bearer ";

    private ApiKeys? _keys;

    public Task InvokeAsync(HttpContext context)
    {
        var refusal = Authenticate(context, out var caller);
        if (refusal is null)
        {
            McpExchange.Of(context).Caller = caller;
            return next(context);
        }

        LogRefused(logger, context.Connection.RemoteIpAddress, refusal.Message);
        return RefusalWriter.WriteAsync(context, refusal).AsTask();
    }

    private Refusal? Authenticate(HttpContext context, out Caller? caller)
    {
        caller = null;
        var authorization = context.Request.Headers.Authorization;
        var apiKey = context.Request.Headers[McpHeaders.ApiKey];
        if (authorization.Count > 1 || apiKey.Count > 1)
        {
            return Refusal.RepeatedHeader;
        }

        if (authorization.Count > 0 && apiKey.Count > 0)
        {
            return Refusal.TwoCredentials;
        }

        var keys = KeysOf(ConfigurationSnapshot.Of(context));
        if (authorization.Count == 0 && apiKey.Count == 0)
        {
            caller = keys.Anonymous;
            return caller is null ? Refusal.NoCredential : null;
        }

        // A credential that is presented and fails is refused, even where none would have been needed.
        var key = CredentialOf(authorization, apiKey) is { Length: > 0 } credential
            ? keys.Find(CredentialHash.Of(credential))
            : null;
        caller = key?.Caller;
        return key is null ? Refusal.BadCredential : key.Check(BackendOf(context), time.GetUtcNow());
    }

    private static string? BackendOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config.ClusterId;

    private static string? CredentialOf(string? authorization, string? apiKey)
    {
        if (authorization is null)
        {
            return apiKey;
        }

        return authorization.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase)
            ? authorization[BearerScheme.Length..].Trim(' ')
            : null;
    }

    // Two requests may build the keys of a new snapshot at once; both builds are equal, and one stays.
    private ApiKeys KeysOf(ConfigurationSnapshot snapshot)
    {
        var keys = Volatile.Read(ref _keys);
        if (!ReferenceEquals(keys?.Snapshot, snapshot))
        {
            keys = new ApiKeys(snapshot);
            Volatile.Write(ref _keys, keys);
        }

        return keys;
    }

    [LoggerMessage(2000, LogLevel.Information, "Refused a request from {Address}: {Message}")]
    private static partial void LogRefused(ILogger logger, System.Net.IPAddress? address, string message);
}
