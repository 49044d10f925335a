using System.Globalization;
using System.Net;
using System.Text.Json;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Management.Viewers;

namespace Sentinel.Gateway.Management.Api;

/// <summary>Signing in to the dashboard, and out.</summary>
internal sealed partial class SessionAnswers(
    ViewerSessions sessions,
    SignInAttempts attempts,
    CheckCredential check,
    TimeProvider time,
    ILogger<SessionAnswers> logger)
{
    private const int BodyBytesMax = 16 * 1024;

    private const string BodyExpected = "Send {\"credential\":\"…\"} with an API key or a token, in 16 KB at most.";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    public async Task<ApiError?> SignInAsync(ApiRequest request)
    {
        var context = request.Context;
        var address = context.Connection.RemoteIpAddress;
        if (await ReadCredentialAsync(context, request.Cancelled) is not { } credential)
        {
            return ApiError.BadRequest(BodyExpected);
        }

        if (!attempts.TryBegin(address, out var waitSeconds))
        {
            return ApiError.TooManyAttempts(waitSeconds);
        }

        if (await check(credential, address, request.Cancelled) is not { } verdict)
        {
            return ApiError.BadCredential;
        }

        var subject = FaultText.OneLine(verdict.Caller.Subject);
        if (!ViewerSessions.MayView(verdict.Caller, request.Snapshot))
        {
            LogNotViewer(subject, address);
            return ApiError.NotViewer(request.Snapshot.Sentinel.Management.ViewerRoles);
        }

        attempts.Forgive(address);
        if (request.Session is { } former)
        {
            sessions.End(former);
        }

        var (session, cookie) = sessions.Begin(verdict);
        ViewerCookie.Set(context, cookie, session.ExpiresAt - time.GetUtcNow());
        LogSignedIn(subject, address, session.ExpiresAt.UtcDateTime.ToString("u", CultureInfo.InvariantCulture));
        await WriteAsync(context, session);
        return null;
    }

    public static async Task<ApiError?> ShowAsync(ApiRequest request)
    {
        await WriteAsync(request.Context, request.Viewer);
        return null;
    }

    public Task<ApiError?> SignOutAsync(ApiRequest request)
    {
        sessions.End(request.Viewer);
        ViewerCookie.Clear(request.Context);
        request.Context.Response.StatusCode = StatusCodes.Status204NoContent;
        request.Context.Response.Headers.CacheControl = "no-store";
        LogSignedOut(
            FaultText.OneLine(request.Viewer.Caller.Subject), request.Context.Connection.RemoteIpAddress);
        return Task.FromResult<ApiError?>(null);
    }

    private static Task WriteAsync(HttpContext context, ViewerSession session) => ApiJson.WriteAsync(
        context,
        json =>
        {
            json.WriteStartObject();
            json.WriteString("subject", session.Caller.Subject);
            json.WriteString("display", session.Caller.Display ?? session.Caller.Subject);
            json.WriteTexts("roles", session.Caller.Roles);
            json.WriteTime("expiresAt", session.ExpiresAt);
            json.WriteEndObject();
        });

    private static async Task<string?> ReadCredentialAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (context.Request.ContentLength > BodyBytesMax)
        {
            return null;
        }

        // One byte more than there may be, to know of it.
        var body = new byte[BodyBytesMax + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(
            body, body.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(body.AsMemory(0, Math.Min(length, BodyBytesMax)), Strict);
            return length <= BodyBytesMax
                && document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.EnumerateObject().Count() == 1
                && root.TryGetProperty("credential", out var credential)
                && credential.ValueKind == JsonValueKind.String
                && credential.GetString()!.Trim() is { Length: > 0 } text
                    ? text
                    : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
        finally
        {
            // Nothing of a credential stays in memory longer than it has to.
            Array.Clear(body);
        }
    }

    [LoggerMessage(10010, LogLevel.Information, "{Subject} signed in to the dashboard from {Address}, until {End}.")]
    private partial void LogSignedIn(string subject, IPAddress? address, string end);

    [LoggerMessage(10011, LogLevel.Information, "{Subject} signed out of the dashboard, from {Address}.")]
    private partial void LogSignedOut(string subject, IPAddress? address);

    [LoggerMessage(
        10012,
        LogLevel.Warning,
        "{Subject} may not view the dashboard and tried to sign in to it from {Address}: it has none of "
        + "Management.ViewerRoles.")]
    private partial void LogNotViewer(string subject, IPAddress? address);
}
