using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Management.Viewers;

namespace Sentinel.Gateway.Management.Api;

/// <summary>Answers one request.</summary>
/// <returns>Null once it is answered; else the error to answer with.</returns>
internal delegate Task<ApiError?> ApiHandler(ApiRequest request);

/// <summary>One address of the API.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path; a last part in braces stands for any text without a slash.</param>
/// <param name="Handle">What answers.</param>
/// <param name="NeedsViewer">Whether only who is signed in is answered.</param>
internal sealed record ApiEndpoint(string Method, string Path, ApiHandler Handle, bool NeedsViewer = true)
{
    /// <summary>The value of the part in braces, empty where there is none; null where the path is another.</summary>
    public string? Match(string path)
    {
        var brace = Path.IndexOf('{', StringComparison.Ordinal);
        if (brace < 0)
        {
            return path == Path ? "" : null;
        }

        return path.Length > brace
            && path.StartsWith(Path[..brace], StringComparison.Ordinal)
            && !path.AsSpan(brace).Contains('/')
                ? path[brace..]
                : null;
    }
}

/// <summary>One request to the API.</summary>
/// <param name="Context">The request and its answer.</param>
/// <param name="Snapshot">The configuration in force when it came.</param>
/// <param name="Value">The last part of the path, where that is open.</param>
/// <param name="Session">Who asks; of an endpoint that needs no viewer a session that ended, or none.</param>
/// <param name="Cancelled">The client left, the viewer signed out, or the gateway stops.</param>
internal sealed record ApiRequest(
    HttpContext Context,
    ConfigurationSnapshot Snapshot,
    string Value,
    ViewerSession? Session,
    CancellationToken Cancelled)
{
    public IQueryCollection Query => Context.Request.Query;

    /// <summary>Who asks, at an endpoint that needs a viewer.</summary>
    public ViewerSession Viewer => Session ?? throw new InvalidOperationException("The endpoint needs no viewer.");
}
