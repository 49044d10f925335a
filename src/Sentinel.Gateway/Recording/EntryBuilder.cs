using System.Security.Cryptography;
using System.Text;
using Sentinel.Audit;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Recording;

/// <summary>Makes the audit entry of a finished call: what was asked, by whom, and how it ended.</summary>
internal static class EntryBuilder
{
    private const int TextCharsMax = 256;

    /// <summary>The entry of a call that has ended, whether it was begun or not.</summary>
    public static AuditEntry Build(HttpContext context, McpExchange exchange, ToolCall call, Verdict verdict) =>
        (call.Begun ?? Begin(context, exchange, call)) with
        {
            Outcome = verdict.Outcome,
            ErrorMessage = verdict.Message,
            Reason = verdict.Reason,
            ErrorCode = verdict.Code,
            HttpStatus = IsAnswered(context, exchange) ? context.Response.StatusCode : null,
            LatencyUs = call.AnsweredUs ?? exchange.ElapsedUs,
            FirstByteUs = exchange.FirstByteUs,
            GatewayUs = exchange.GatewayUs,
            ResponseBytes = exchange.ResponseBytes,
        };

    /// <summary>What is known of a call before it is forwarded: everything but its outcome.</summary>
    public static AuditEntry Begin(HttpContext context, McpExchange exchange, ToolCall call)
    {
        var caller = exchange.Caller;
        var headers = context.Request.Headers;
        var message = call.Message;
        return new AuditEntry
        {
            RequestId = call.RequestId,
            Timestamp = exchange.Timestamp,
            ClientSubject = caller?.Subject ?? Caller.AnonymousSubject,
            ClientRole = caller?.RoleText ?? "",
            ToolName = call.ToolName,
            BackendName = exchange.Backend,
            RequestArgs = call.Arguments,
            Outcome = AuditOutcome.Error,
            LatencyUs = 0,
            ClientIssuer = caller?.Issuer,
            ClientTenant = caller?.Tenant,
            ClientDisplay = caller?.Display,
            ClientApp = caller?.App,
            Method = message.Method,
            JsonRpcId = message.Id?.ToString(),
            SessionHash = SessionHash(headers[McpHeaders.SessionId]),
            ProtocolVersion = Text(exchange.ProtocolVersion),
            ClientName = Text(message.ClientName ?? headers.UserAgent),
            ClientAddress = context.Connection.RemoteIpAddress?.ToString(),
            Route = exchange.Route,
            TraceId = exchange.Span?.TraceId.ToHexString() ?? TraceContext.TraceId(headers.TraceParent),
            RequestBytes = exchange.RequestBytes,
            Decision = call.Decision?.Text,
        };
    }

    // An answer without a body, of which only the status came, starts when the pipeline has ended.
    private static bool IsAnswered(HttpContext context, McpExchange exchange) =>
        context.Response.HasStarted
        || (exchange.FirstByteUs is not null && !context.RequestAborted.IsCancellationRequested);

    private static string? SessionHash(string? sessionId) =>
        string.IsNullOrEmpty(sessionId)
            ? null
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sessionId)));

    private static string? Text(string? text) =>
        text is { Length: > TextCharsMax } ? text[..TextCharsMax] : text;
}
