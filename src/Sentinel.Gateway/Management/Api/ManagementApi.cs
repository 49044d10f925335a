using Sentinel.Audit;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Management.Viewers;

namespace Sentinel.Gateway.Management.Api;

/// <summary>The dashboard's API: finds the endpoint, sees to it that a viewer asks, and answers what goes wrong.
/// </summary>
internal sealed partial class ManagementApi(
    RequestDelegate next,
    ApiEndpoints endpoints,
    ViewerSessions sessions,
    ConfigurationSource configuration,
    IHostApplicationLifetime lifetime,
    ILogger<ManagementApi> logger)
{
    public const string Prefix = "/api";

    public async Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path != Prefix && !path.StartsWith(Prefix + "/", StringComparison.Ordinal))
        {
            await next(context);
            return;
        }

        if (await AnswerAsync(context, path) is { } error)
        {
            await error.WriteAsync(context);
        }
    }

    private async Task<ApiError?> AnswerAsync(HttpContext context, string path)
    {
        var snapshot = configuration.Current;
        if (snapshot.Sentinel.Management.ViewerRoles.Count == 0)
        {
            return ApiError.NoViewers;
        }

        var found = endpoints.Find(context.Request.Method, path);
        if (found.Error is not null)
        {
            return found.Error;
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HasJsonType(context.Request))
        {
            return ApiError.BadRequest("Send Content-Type: application/json.");
        }

        // One answer for all that is wrong with a session: who has none learns nothing of what there was.
        var session = sessions.Find(ViewerCookie.Read(context.Request), snapshot);
        if (found.Endpoint!.NeedsViewer && session is null)
        {
            return ApiError.SignedOut;
        }

        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping, session?.Ended ?? CancellationToken.None);
        return await AnswerAsync(
            found.Endpoint, new ApiRequest(context, snapshot, found.Value, session, cancelled.Token));
    }

    private async Task<ApiError?> AnswerAsync(ApiEndpoint endpoint, ApiRequest request)
    {
        try
        {
            return await endpoint.Handle(request);
        }
        catch (OperationCanceledException) when (request.Cancelled.IsCancellationRequested)
        {
            return request.Context.RequestAborted.IsCancellationRequested ? null : Late(request, ApiError.SignedOut);
        }
        catch (AuditQueryException exception)
        {
            return Late(request, ApiError.BadRequest(exception.Message));
        }
        catch (AuditReadException exception)
        {
            return Late(request, ApiError.StoreUnavailable(exception.Message));
        }
        catch (AuditConfigurationException)
        {
            return Late(request, ApiError.NoStore);
        }
        catch (IOException) when (request.Context.RequestAborted.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception exception) when (exception is not BadHttpRequestException)
        {
            LogFailed(logger, exception, endpoint.Path);
            return Late(request, new ApiError(503, "busy", "The gateway failed to answer; its log says why."));
        }
    }

    // What has begun can only be cut off, so that nobody takes a part for the whole.
    private static ApiError? Late(ApiRequest request, ApiError error)
    {
        if (!request.Context.Response.HasStarted)
        {
            return error;
        }

        request.Context.Abort();
        return null;
    }

    private static bool HasJsonType(HttpRequest request) =>
        request.ContentType is { } type
        && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("application/json;", StringComparison.OrdinalIgnoreCase));

    [LoggerMessage(10001, LogLevel.Error, "The management API failed at {Path}.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string path);
}
