using System.Text;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authentication.Metadata;

/// <summary>What <c>WWW-Authenticate</c> tells a client that was refused (RFC 6750, RFC 9728).</summary>
internal static class Challenge
{
    public const string Header = "WWW-Authenticate";

    /// <summary>The refusal with its challenge, where it has one.</summary>
    public static Refusal Add(Refusal refusal, HttpContext context, LoginFailure failure) =>
        refusal.HttpStatus is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden
            ? refusal with { Header = (Header, Text(context, failure)) }
            : refusal;

    private static string Text(HttpContext context, LoginFailure failure)
    {
        var metadata = ResourceMetadata.Of(ConfigurationSnapshot.Of(context));
        if (metadata.AuthorizationServers.Count == 0)
        {
            return "Bearer realm=\"sentinel\"";
        }

        var text = new StringBuilder("Bearer ");
        if (failure.IsTokenFault)
        {
            text.Append("error=\"invalid_token\", ");
        }
        else if (failure.IsScopeFault)
        {
            text.Append("error=\"insufficient_scope\", ");
        }

        var path = context.Request.PathBase + context.Request.Path;
        var resource = metadata.Resource(context.Request, path);
        if (metadata.Scopes(resource) is { Count: > 0 } scopes)
        {
            text.Append("scope=\"").AppendJoin(' ', scopes).Append("\", ");
        }

        if (metadata.Resource(context.Request, ResourceMetadata.WellKnown + path) is { } where)
        {
            text.Append("resource_metadata=\"").Append(where).Append("\", ");
        }

        return text.Append("realm=\"sentinel\"").ToString();
    }
}
