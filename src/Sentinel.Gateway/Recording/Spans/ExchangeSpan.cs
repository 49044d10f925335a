using System.Diagnostics;
using System.Globalization;
using Sentinel.Audit;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Recording.Spans;

/// <summary>What a span says: names of the semantic conventions for MCP, and ours beginning with <c>sentinel.</c>
/// </summary>
/// <remarks>
/// Never arguments, results, credentials, callers or session ids: the audit log has what of these may be kept, under
/// the same request id.
/// </remarks>
internal static class ExchangeSpan
{
    private const int TextCharsMax = 256;

    /// <summary>The name of a span of which no more is known: the MCP method, else the HTTP method.</summary>
    public static string Method(HttpContext context, McpExchange exchange) =>
        exchange.Message is { Method: not null } message ? message.Known?.Name ?? "unknown"
        : exchange.Messages.Length > 0 && exchange.Message is null ? "batch"
        : HttpMethods.GetCanonicalizedValue(context.Request.Method) is var method && IsServed(method) ? method
        : "unknown";

    /// <summary>Adds how a call of the exchange ended: to the span itself, or of a batch as an event.</summary>
    public static void AddCall(Activity span, McpExchange exchange, ToolCall call, Verdict verdict)
    {
        if (!span.IsAllDataRequested)
        {
            return;
        }

        if (exchange.Message is null)
        {
            span.AddEvent(new ActivityEvent("call", tags: new ActivityTagsCollection(
            [
                new("gen_ai.tool.name", Text(call.ToolName)),
                new("jsonrpc.request.id", Text(call.Message.Id?.ToString())),
                new("sentinel.request_id", call.RequestId.ToString()),
                new("sentinel.outcome", Spell(verdict.Outcome)),
                new("sentinel.reason", verdict.Reason),
            ])));
            return;
        }

        span.SetTag("sentinel.outcome", Spell(verdict.Outcome));
        span.SetTag("sentinel.reason", verdict.Reason);
        span.SetTag("rpc.response.status_code", verdict.Code?.ToString(CultureInfo.InvariantCulture));
        if (verdict.Outcome == AuditOutcome.Error)
        {
            // A server's own error is known by its code, everything else by our reason.
            var type = verdict is { Reason: "protocol_error", Code: { } code } ? $"{code}" : verdict.Reason;
            Fail(span, type);
        }
    }

    /// <summary>Everything that is known at the end.</summary>
    public static void Describe(Activity span, HttpContext context, McpExchange exchange)
    {
        DescribeMessage(span, exchange);
        DescribeTransport(span, context);
        span.SetTag("sentinel.backend", exchange.Backend);
        span.SetTag("sentinel.route", exchange.Route);
        span.SetTag("sentinel.request_id", exchange.RequestIdText);
        var status = context.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (exchange.Refusal is { } refusal)
        {
            span.SetTag("sentinel.outcome", Spell(refusal.IsPolicy ? AuditOutcome.Denied : AuditOutcome.Error));
            span.SetTag("sentinel.reason", refusal.Reason);
            if (!refusal.IsPolicy)
            {
                Fail(span, refusal.Reason);
            }
        }
        else if (status >= 500 && span.Status != ActivityStatusCode.Error)
        {
            Fail(span, $"{status}");
        }
    }

    private static void DescribeMessage(Activity span, McpExchange exchange)
    {
        if (exchange.Message is not { } message)
        {
            if (exchange.Messages.Length > 0)
            {
                span.SetTag("sentinel.batch.size", exchange.Messages.Length);
            }

            return;
        }

        span.SetTag("mcp.method.name", Text(message.Method));
        span.SetTag("jsonrpc.request.id", Text(message.Id?.ToString()));
        if (ToolCall.KindOf(message) is { } kind and not TargetKind.Resource)
        {
            span.SetTag(kind is TargetKind.Tool ? "gen_ai.tool.name" : "gen_ai.prompt.name", Text(message.Name));
            span.SetTag("gen_ai.operation.name", kind is TargetKind.Tool ? "execute_tool" : null);

            // Not of what was refused: names of spans are few, and callers can make up names of tools.
            if (exchange.GatewayUs is not null && message.Name is not null)
            {
                span.DisplayName = $"{message.Method} {Text(message.Name)}";
            }
        }
    }

    private static void DescribeTransport(Activity span, HttpContext context)
    {
        var exchange = McpExchange.Of(context);
        var connection = context.Connection;
        span.SetTag("mcp.protocol.version", Text(exchange.ProtocolVersion));
        span.SetTag("network.transport", "tcp");
        span.SetTag("network.protocol.name", "http");
        span.SetTag("network.protocol.version", HttpProtocol.IsHttp2(context.Request.Protocol) ? "2" : "1.1");
        span.SetTag("client.address", connection.RemoteIpAddress?.ToString());
        if (connection.RemotePort > 0)
        {
            span.SetTag("client.port", connection.RemotePort);
        }

        span.SetTag("server.port", connection.LocalPort);
        if (exchange.Caller is not null)
        {
            // By then its host has been found to be one of ours.
            span.SetTag("server.address", Text(context.Request.Host.Host));
        }
    }

    private static void Fail(Activity span, string? type)
    {
        span.SetTag("error.type", type ?? "_OTHER");
        span.SetStatus(ActivityStatusCode.Error);
    }

    private static bool IsServed(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsPost(method) || HttpMethods.IsDelete(method)
        || HttpMethods.IsOptions(method);

    private static string Spell(AuditOutcome outcome) => outcome switch
    {
        AuditOutcome.Success => "success",
        AuditOutcome.Denied => "denied",
        _ => "error",
    };

    private static string? Text(string? text) =>
        text is { Length: > TextCharsMax } ? text[..TextCharsMax] : text;
}
