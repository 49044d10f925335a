using System.Globalization;
using Sentinel.Gateway.Mcp;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Exchange;

/// <summary>Every refusal there is, made here and nowhere else.</summary>
internal partial record Refusal
{
    public const string ReasonParseError = "parse_error";
    public const string ReasonInvalidRequest = "invalid_request";
    public const string ReasonBatchRefused = "batch_refused";
    public const string ReasonOriginDenied = "origin_denied";
    public const string ReasonRateLimited = "rate_limited";
    public const string ReasonConcurrencyLimited = "concurrency_limited";
    public const string ReasonOverloaded = "overloaded";
    public const string ReasonBackendRefused = "backend_refused";
    public const string ReasonBackendUnreachable = "backend_unreachable";
    public const string ReasonBackendTimeout = "backend_timeout";
    public const string ReasonCircuitOpen = "circuit_open";

    public static readonly Refusal MethodNotAllowed = new(
        405, -31405, "method_not_allowed", "An MCP endpoint takes GET, POST, DELETE and OPTIONS, and no upgrade.")
    {
        Header = ("Allow", "GET, POST, DELETE, OPTIONS"),
    };

    public static readonly Refusal MetadataMethod = new(
        405, -31405, "method_not_allowed", "The resource's metadata is asked for with GET.")
    {
        Header = ("Allow", "GET, HEAD"),
    };

    public static readonly Refusal NoCredential = Unauthenticated(
        "This gateway needs a credential: send an access token as a bearer token, or an API key as X-Api-Key.");

    public static readonly Refusal BadCredential = Unauthenticated("The credential is not valid here.");

    public static readonly Refusal KeyExpired = Unauthenticated("The API key has expired; ask for a new one.");

    public static readonly Refusal KeyOfOtherBackend = Unauthenticated("The API key is not valid for this server.");

    public static readonly Refusal InsufficientScope = new(
        403, -31403, "insufficient_scope", "The token is valid and lacks a scope that this gateway demands.");

    public static readonly Refusal TwoCredentials = Invalid(
        "The request carries both Authorization and X-Api-Key; send one of them.");

    public static readonly Refusal RepeatedHeader = Invalid(
        "A header that decides who asks, or what is asked for, is there more than once.");

    public static readonly Refusal UnexpectedBody = Invalid("Only POST takes a body.");

    public static readonly Refusal BrokenBody = Invalid("The body broke off, came too slowly, or is no proper HTTP.");

    public static readonly Refusal BatchRefused = new(
        200, -31403, ReasonBatchRefused, "Another message of this batch was refused, so none was forwarded.");

    public static readonly Refusal UnsupportedMediaType = new(
        415,
        -31415,
        "unsupported_media_type",
        "Send Content-Type: application/json in UTF-8, without Content-Encoding.");

    public static readonly Refusal SessionUnknown = new(
        404, -31404, "session_unknown", "There is no such session; initialize a new one without Mcp-Session-Id.");

    public static readonly Refusal RouteUnknown = new(
        404, -31404, "route_unknown", "No route of this gateway serves this path.");

    public static readonly Refusal BackendRefused = new(
        502,
        -31502,
        ReasonBackendRefused,
        "The server behind this gateway refused the gateway's own credential.");

    public static readonly Refusal BackendCredential = new(
        502,
        -31502,
        "backend_credential",
        "The gateway got no credential of its own for the server behind it; its log says why.");

    public static readonly Refusal BackendRedirected = new(
        502,
        -31502,
        ReasonBackendRefused,
        "The server behind this gateway redirected to another origin; the gateway does not follow.");

    public static readonly Refusal BackendSessionUnusable = new(
        502,
        -31502,
        ReasonBackendRefused,
        "The server behind this gateway gave a session id that is too long, not visible ASCII, or there twice.");

    public static readonly Refusal BackendListUnreadable = new(
        502,
        -31502,
        ReasonBackendRefused,
        "The server behind this gateway answered with a list that cannot be read without doubt; it is not passed on.");

    public static readonly Refusal BackendUnreachable = new(
        502, -31502, ReasonBackendUnreachable, "The server behind this gateway cannot be reached.");

    public static readonly Refusal Overloaded = new(
        503,
        -31503,
        ReasonOverloaded,
        "The gateway has as many requests under way as it takes; nothing was forwarded. Try again.")
    {
        Header = RetryAfter(1),
    };

    public static readonly Refusal BackendUntrusted = new(
        502,
        -31502,
        ReasonBackendUnreachable,
        "There is no TLS connection to the server behind this gateway: one of the two does not trust the other's "
            + "certificate, or it has expired. The gateway's log says more.");

    public static readonly Refusal AuditUnavailable = new(
        503,
        -31503,
        "audit_unavailable",
        "This call cannot be recorded at the moment, so it was not forwarded. Try again.")
    {
        Header = ("Retry-After", "5"),
    };

    public static readonly Refusal BackendTimeout = new(
        504, -31504, ReasonBackendTimeout, "The server behind this gateway did not answer in time.");

    public static readonly Refusal BackendConnectTimeout = new(
        504, -31504, ReasonBackendTimeout, "The server behind this gateway took no connection in time.");

    public static readonly Refusal BackendTotalTimeout = new(
        504, -31504, ReasonBackendTimeout, "The call took longer than this gateway lets the server behind it take.");

    public static readonly Refusal InternalError = new(
        500, -31500, "internal_error", "The gateway failed; its log says why, under this request id.");

    /// <param name="host">As a message may show it.</param>
    public static Refusal HostDenied(string host) => new(
        403,
        -31403,
        ReasonOriginDenied,
        $"The host {host} is not allowed here; call the gateway by its PublicUrl, or add the host to "
        + "Sentinel.AllowedHosts in proxy.json.");

    /// <param name="origin">As a message may show it.</param>
    public static Refusal OriginDenied(string origin) => new(
        403,
        -31403,
        ReasonOriginDenied,
        $"Web pages of the origin {origin} may not call this gateway; add it to Sentinel.AllowedOrigins in "
        + "proxy.json.");

    public static Refusal BodyTooLarge(long bytesMax) => new(
        413, -31413, "body_too_large", $"The body is longer than the {bytesMax} bytes that this gateway takes.");

    public static Refusal OfFault(MessageFault fault) => fault.Kind switch
    {
        MessageFaultKind.Parse => new Refusal(400, -32700, ReasonParseError, fault.Message),
        MessageFaultKind.Params => new Refusal(400, -32602, ReasonInvalidRequest, fault.Message),
        _ => Invalid(fault.Message),
    };

    /// <summary>From 2026-07-28 on headers repeat the body; servers and what stands between may go by either.</summary>
    public static Refusal HeaderMismatch(string message) => new(400, -32020, "header_mismatch", message);

    public static Refusal MethodDenied(string method) => new(
        200, -31403, Rbac.Decision.ReasonRbac, $"Permission denied for method: {method}");

    public static Refusal Denied(Decision decision, TargetKind kind, string name) => new(
        200,
        -31403,
        decision.Reason ?? Rbac.Decision.ReasonRbac,
        decision.Reason switch
        {
            Rbac.Decision.ReasonKillSwitch => $"{kind} is switched off: {name}",
            ToolPins.ReasonToolChanged => $"Tool is not available, for an operator has to review it: {name}",
            _ => $"Permission denied for {Spell(kind)}: {name}",
        });

    /// <param name="tool">The tool that was called.</param>
    /// <param name="retryAfterSeconds">Until the call would pass, if nothing else takes its place.</param>
    public static Refusal RateLimited(string tool, long retryAfterSeconds) => new(
        429,
        -31429,
        ReasonRateLimited,
        $"Rate limit reached for tool: {tool}; try again in {retryAfterSeconds} s.")
    {
        Header = RetryAfter(retryAfterSeconds),
    };

    /// <param name="what">What the caller has too many of: requests, or streams.</param>
    /// <param name="max">How many it may have.</param>
    public static Refusal TooMany(string what, int max) => new(
        429,
        -31429,
        ReasonConcurrencyLimited,
        $"The {max} {what} that you may have under way are; try again when one has ended.")
    {
        Header = RetryAfter(1),
    };

    /// <param name="retryAfterSeconds">Until the server is tried again.</param>
    public static Refusal CircuitOpen(long retryAfterSeconds) => new(
        503,
        -31503,
        ReasonCircuitOpen,
        "The server behind this gateway failed too often just now and is left alone for a while; try again then.")
    {
        Header = RetryAfter(retryAfterSeconds),
    };

    /// <summary>Whether this is policy's doing, so that the row says <c>denied</c>.</summary>
    public bool IsPolicy =>
        Reason is Rbac.Decision.ReasonRbac or Rbac.Decision.ReasonKillSwitch or ToolPins.ReasonToolChanged
            or ReasonBatchRefused or ReasonRateLimited or ReasonConcurrencyLimited;

    private static string Spell(TargetKind kind) => kind switch
    {
        TargetKind.Prompt => "prompt",
        TargetKind.Resource => "resource",
        _ => "tool",
    };

    private static (string Name, string Value) RetryAfter(long seconds) =>
        ("Retry-After", seconds.ToString(CultureInfo.InvariantCulture));

    private static Refusal Unauthenticated(string message) => new(401, -31401, "unauthenticated", message)
    {
        Header = ("WWW-Authenticate", "Bearer realm=\"sentinel\""),
    };

    private static Refusal Invalid(string message) => new(400, -32600, ReasonInvalidRequest, message);
}
