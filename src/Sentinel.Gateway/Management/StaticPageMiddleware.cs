using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Management.Api;

namespace Sentinel.Gateway.Management;

/// <summary>Serves the dashboard's files where somebody may view it.</summary>
internal sealed class StaticPageMiddleware(RequestDelegate next, StaticPage page, ConfigurationSource configuration)
{
    private const string NotBuiltIn =
        "The dashboard's page is not part of this build; its API is, under /api/. docs/dashboard.md says more.";

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path.StartsWith(ManagementApi.Prefix + "/", StringComparison.Ordinal))
        {
            return next(context);
        }

        var isRoot = path == "/";
        if (configuration.Current.Sentinel.Management.ViewerRoles.Count == 0)
        {
            return isRoot || page.Find(path) is not null
                ? WriteTextAsync(context, ApiError.NoViewers.Message)
                : next(context);
        }

        if (page.Find(path) is not { } file)
        {
            return isRoot ? WriteTextAsync(context, NotBuiltIn) : next(context);
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            return ApiError.MethodNotAllowed("GET, HEAD").WriteAsync(context);
        }

        return WriteAsync(context, file);
    }

    private static async Task WriteAsync(HttpContext context, StaticFile file)
    {
        var response = context.Response;
        response.Headers.CacheControl = "no-cache";
        response.Headers.ETag = file.ETag;
        if (context.Request.Headers.IfNoneMatch is [{ } known] && known == file.ETag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = file.ContentType;
        response.ContentLength = file.Content.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.BodyWriter.WriteAsync(file.Content, context.RequestAborted);
        }
    }

    private static Task WriteTextAsync(HttpContext context, string text)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }
}
