using System.Globalization;

namespace Sentinel.Gateway.Management.Api;

/// <summary>What the API answers in place of what was asked for.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The stable code that nobody rewords.</param>
/// <param name="Message">What happened and what to do.</param>
internal sealed record ApiError(int Status, string Code, string Message)
{
    public static readonly ApiError SignedOut = new(
        401, "signed_out", "You are not signed in, or your session has ended: sign in with an API key or a token.");

    public static readonly ApiError BadCredential = new(
        401,
        "signed_out",
        "This is no valid API key or token here. The gateway's log says why it failed; a key is shown once, when "
        + "`sentinel key new` makes it.");

    public static readonly ApiError MetricsTokenNeeded = new(
        401,
        "signed_out",
        "Send Authorization: Bearer with the token that is in the variable which Sentinel.Management.MetricsTokenEnv "
        + "names.");

    public static readonly ApiError NoViewers = new(
        404,
        "not_found",
        "There is no dashboard here: write the roles whose callers may sign in to it to "
        + "Sentinel.Management.ViewerRoles in proxy.json.");

    public static readonly ApiError NotFound = new(404, "not_found", "There is nothing at this address.");

    public static readonly ApiError NoStore = new(
        503, "no_store", "This gateway has no audit store: see Sentinel.Audit in proxy.json, and its log's warnings.");

    public static readonly ApiError Busy = new(
        503, "busy", "The store is busy with other viewers' questions; ask again in a moment.")
    {
        RetryAfterSeconds = 5,
    };

    public static readonly ApiError VerificationRuns = new(
        409, "busy", "A verification is running already; one at a time reads the whole table.");

    /// <summary>When to ask again; null for no such word.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>The methods that there are; null for no such word.</summary>
    public string? Allow { get; init; }

    public static ApiError BadRequest(string message) => new(400, "bad_request", message);

    public static ApiError MethodNotAllowed(string allow) =>
        new(405, "bad_request", $"This address takes {allow}.") { Allow = allow };

    public static ApiError NotViewer(IReadOnlyList<string> roles) => new(
        403,
        "not_a_viewer",
        $"This caller may not view: it needs one of the roles {string.Join(", ", roles)} "
        + "(Sentinel.Management.ViewerRoles).");

    public static ApiError HostDenied(string host) => new(
        403,
        "host_denied",
        $"The management listener does not answer to the host {host}: add it to Sentinel.AllowedHosts, or use an "
        + "address or localhost.");

    public static ApiError OriginDenied(string origin) => new(
        403, "origin_denied", $"The management listener takes no requests from pages of {origin}: open its own page.");

    public static ApiError TooManyAttempts(int seconds) =>
        new(429, "too_many_attempts", "Too many attempts to sign in failed; wait before the next one.")
        {
            RetryAfterSeconds = seconds,
        };

    public static ApiError StoreUnavailable(string message) => new(503, "store_unavailable", message);

    public Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        if (RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (Allow is not null)
        {
            response.Headers.Allow = Allow;
        }

        return ApiJson.WriteAsync(
            context,
            json =>
            {
                json.WriteStartObject();
                json.WriteStartObject("error"u8);
                json.WriteString("code"u8, Code);
                json.WriteString("message"u8, Message);
                json.WriteEndObject();
                json.WriteEndObject();
            },
            Status);
    }
}
