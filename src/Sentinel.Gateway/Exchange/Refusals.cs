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
    public const string ReasonBackendRefused = "backend_refused";
    public const string ReasonBackendUnreachable = "backend_unreachable";
    public const string ReasonBackendTimeout = "backend_timeout";

    public static readonly Refusal MethodNotAllowed = new(
        405, -31405, "method_not_allowed", "An MCP endpoint takes GET, POST, DELETE and OPTIONS, and no upgrade.")
    {
        Header = ("Allow", "GET, POST, DELETE, OPTIONS"),
    };

    public static readonly Refusal NoCredential = Unauthenticated(
        "This gateway needs a credential: send an API key as X-Api-Key or as a bearer token.");

    public static readonly Refusal BadCredential = Unauthenticated("The credential is not valid here.");

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

    public static readonly Refusal BackendUnreachable = new(
        502, -31502, ReasonBackendUnreachable, "The server behind this gateway cannot be reached.");

    public static readonly Refusal BackendTimeout = new(
        504, -31504, ReasonBackendTimeout, "The server behind this gateway did not answer in time.");

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

    public static Refusal Denied(Decision decision, string tool) => new(
        200,
        -31403,
        decision.Reason ?? Rbac.Decision.ReasonRbac,
        decision.Reason == Rbac.Decision.ReasonKillSwitch
            ? $"Tool is switched off: {tool}"
            : $"Permission denied for tool: {tool}");

    /// <summary>Whether this is policy's doing, so that the row says <c>denied</c>.</summary>
    public bool IsPolicy =>
        Reason is Rbac.Decision.ReasonRbac or Rbac.Decision.ReasonKillSwitch or ReasonBatchRefused;

    private static Refusal Unauthenticated(string message) => new(401, -31401, "unauthenticated", message)
    {
        Header = ("WWW-Authenticate", "Bearer realm=\"sentinel\""),
    };

    private static Refusal Invalid(string message) => new(400, -32600, ReasonInvalidRequest, message);
}
