using System.Text.Json;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authentication.Metadata;

/// <summary>
/// The protected-resource metadata of every route (RFC 9728), at <c>/.well-known/oauth-protected-resource{/path}</c>.
/// </summary>
/// <remarks>
/// Which paths are routes only routing knows: the question is routed as the path it asks about, and answered before
/// anything is asked of the caller.
/// </remarks>
internal static class ResourceMetadata
{
    public const string WellKnown = "/.well-known/oauth-protected-resource";

    private static readonly PerSnapshot<ProtectedResource> Resources = new(snapshot => new ProtectedResource(snapshot));

    /// <summary>What a snapshot tells.</summary>
    public static ProtectedResource Of(ConfigurationSnapshot snapshot) => Resources.Of(snapshot);

    /// <summary>Before routing: takes the well-known part off, and asks for what every MCP endpoint takes.</summary>
    public static Task Ask(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments(WellKnown, StringComparison.Ordinal, out var resource))
        {
            context.Features.Set(new Question(context.Request.Method, resource));
            context.Request.Path = resource;
            context.Request.Method = HttpMethods.Post;
        }

        return next(context);
    }

    /// <summary>After routing: answers, or says that there is nothing of that path.</summary>
    public static Task Answer(HttpContext context, RequestDelegate next)
    {
        if (context.Features[typeof(Question)] is not Question question)
        {
            return next(context);
        }

        context.Request.Method = question.Method;
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            return RefusalWriter.WriteAsync(context, Refusal.MetadataMethod).AsTask();
        }

        var metadata = Of(ConfigurationSnapshot.Of(context));
        var isServed = !question.Resource.HasValue
            || question.Resource.Value == "/"
            || context.GetEndpoint()?.Metadata.GetMetadata<ConfigurationSnapshot>() is not null;
        return isServed
            && metadata.AuthorizationServers.Count > 0
            && metadata.Resource(context.Request, question.Resource) is { } resource
            ? WriteAsync(context, metadata, resource)
            : RefusalWriter.WriteAsync(context, Refusal.RouteUnknown).AsTask();
    }

    private static async Task WriteAsync(HttpContext context, ProtectedResource metadata, string resource)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "max-age=300";
        if (context.Request.Headers.Origin.Count == 0)
        {
            // What was fetched by no page lacks the headers that a page needs, and must not be kept for one.
            context.Response.Headers.Vary = "Origin";
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("resource"u8, resource);
        WriteList(json, "authorization_servers", metadata.AuthorizationServers);
        if (metadata.Scopes(resource) is { Count: > 0 } scopes)
        {
            WriteList(json, "scopes_supported", scopes);
        }

        WriteList(json, "bearer_methods_supported", ["header"]);
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    /// <param name="Method">How it was asked.</param>
    /// <param name="Resource">The path that is asked about; empty for the root.</param>
    private sealed record Question(string Method, PathString Resource);
}
