using System.Text;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Otlp;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Telemetry;

/// <summary>
/// One trace from the client through the gateway to the backend, as a collector sees it that decodes what it is sent.
/// </summary>
public sealed class TraceTests(TracedGateway traced) : IClassFixture<TracedGateway>
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Span = "b7ad6b7169203331";
    private const string Other = "11f7651916cd43dd8448eb211c80319c";
    private const string OtherSpan = "22ad6b7169203331";

    private static readonly (string, string) Header = ("traceparent", $"00-{Trace}-{Span}-01");
    private static readonly string Meta = $"\"traceparent\":\"00-{Other}-{OtherSpan}-01\",\"tracestate\":\"meta=1\"";

    [Fact]
    public async Task A_trace_that_a_client_starts_arrives_at_the_backend_as_one()
    {
        var reply = await traced.CallAsync("echo", headers: [Header, ("tracestate", "a=1,b=2")]);

        var span = await SpanOfAsync("echo");
        Assert.Equal((Trace, Span, "a=1,b=2"), (span.TraceId, span.ParentId, span.TraceState));
        var arrived = traced.Arrived("echo");
        Assert.Equal($"00-{Trace}-{span.SpanId}-01", arrived.Headers["traceparent"].ToString());
        Assert.Equal("a=1,b=2", arrived.Headers["tracestate"].ToString());
        Assert.Empty(span.Links);
        Assert.Equal(reply.RequestId, span["sentinel.request_id"]);
        await RowHasTraceAsync(reply, Trace);
    }

    [Fact]
    public async Task A_span_says_what_the_conventions_ask_for()
    {
        var before = Now();

        await traced.CallAsync("described");

        var span = await SpanOfAsync("described");
        Assert.Equal(("tools/call described", 2, 0), (span.Name, span.Kind, span.Status));
        Assert.InRange(span.StartedAt, before, span.EndedAt);
        Assert.Equal("tools/call", span["mcp.method.name"]);
        Assert.Equal("execute_tool", span["gen_ai.operation.name"]);
        Assert.Equal("7", span["jsonrpc.request.id"]);
        Assert.Equal(("http", "1.1", "tcp"), (span["network.protocol.name"], span["network.protocol.version"], span["network.transport"]));
        Assert.Equal(("127.0.0.1", "127.0.0.1"), (span["client.address"], span["server.address"]));
        Assert.Equal(("raw", "success", "200"), (span["sentinel.backend"], span["sentinel.outcome"], span["http.response.status_code"]));
        Assert.Equal("sentinel", traced.Collector.Resource["service.name"]);
        Assert.Equal("test", traced.Collector.Resource["deployment.environment.name"]);
    }

    [Fact]
    public async Task A_message_names_its_own_trace_in_meta_and_its_bytes_go_on_as_they_came()
    {
        await traced.CallAsync("in-meta", Meta);

        var span = await SpanOfAsync("in-meta");
        Assert.Equal((Other, OtherSpan, "meta=1"), (span.TraceId, span.ParentId, span.TraceState));
        var arrived = traced.Arrived("in-meta");
        Assert.Equal($"00-{Other}-{span.SpanId}-01", arrived.Headers["traceparent"].ToString());
        Assert.Equal("meta=1", arrived.Headers["tracestate"].ToString());
        Assert.Contains(Meta, Encoding.UTF8.GetString(arrived.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_traces_the_messages_is_the_parent_and_the_requests_a_link()
    {
        await traced.CallAsync("both", Meta, headers: [Header, ("tracestate", "a=1")]);

        var span = await SpanOfAsync("both");
        Assert.Equal((Other, OtherSpan), (span.TraceId, span.ParentId));
        Assert.Equal([(Trace, Span)], span.Links);
        Assert.Equal("meta=1", traced.Arrived("both").Headers["tracestate"].ToString());
    }

    [Theory]
    [InlineData("short", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0")]
    [InlineData("long", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x")]
    [InlineData("capitals", "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01")]
    [InlineData("no-trace", "00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("no-span", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("no-hex", "00-0af7651916cd43dd8448eb211c80319x-b7ad6b7169203331-01")]
    [InlineData("no-version", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("break", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-\\r\\n")]
    [InlineData("surrogate", "\\ud800")]
    [InlineData("escaped", "\\u00300-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    public async Task What_is_no_trace_in_meta_is_passed_over(string tool, string traceParent)
    {
        var meta = $"\"traceparent\":\"{traceParent}\"";

        var reply = await traced.CallAsync(tool, meta, headers: [Header]);

        var span = await SpanOfAsync(tool);
        Assert.Equal(200, reply.Status);
        Assert.Equal((Trace, Span), (span.TraceId, span.ParentId));
        Assert.Contains(meta, Encoding.UTF8.GetString(traced.Arrived(tool).Body), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state-break", "a=1\\r\\nX-Evil: 1")]
    [InlineData("state-not-ascii", "a=é")]
    [InlineData("state-no-text", null)]
    public async Task A_state_that_is_no_header_never_becomes_one(string tool, string? state)
    {
        var value = state is null ? "[1]" : $"\"{state}\"";
        await traced.CallAsync(tool, $"\"traceparent\":\"00-{Other}-{OtherSpan}-01\",\"tracestate\":{value}");

        var arrived = traced.Arrived(tool);
        Assert.Equal(Other, (await SpanOfAsync(tool)).TraceId);
        Assert.DoesNotContain("tracestate", arrived.Headers.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain("X-Evil", arrived.Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("tool-error", "tool_error", "error", "tool_error", "")]
    [InlineData("protocol-error", "-32602", "error", "protocol_error", "-32602")]
    public async Task A_failed_call_is_an_error(string tool, string type, string outcome, string reason, string code)
    {
        await traced.CallAsync(tool);

        var span = await SpanOfAsync(tool);
        Assert.Equal((2, type, outcome, reason), (span.Status, span["error.type"], span["sentinel.outcome"], span["sentinel.reason"]));
        Assert.Equal(code, span["rpc.response.status_code"] ?? "");
    }

    [Fact]
    public async Task A_backend_that_is_not_there_is_an_error_of_the_gateway()
    {
        await traced.CallAsync("unreached", backend: "dead");

        var span = await SpanOfAsync("unreached");
        Assert.Equal((2, "backend_unreachable", "502"), (span.Status, span["error.type"], span["http.response.status_code"]));
    }

    [Fact]
    public async Task A_denial_is_no_error_and_a_made_up_tool_no_name_of_a_span()
    {
        await traced.CallAsync("denied", headers: [Header]);

        var span = await SpanOfAsync("denied");
        Assert.Equal(("tools/call", 0, Trace), (span.Name, span.Status, span.TraceId));
        Assert.Equal(("denied", "rbac", null), (span["sentinel.outcome"], span["sentinel.reason"], span["error.type"]));
    }

    [Fact]
    public async Task A_stranger_joins_nobodys_trace()
    {
        var reply = await traced.CallAsync("stranger", Meta, key: TracedGateway.OtherKey, headers: [Header]);

        var span = await traced.Collector.SpanAsync(span => span["sentinel.request_id"] == reply.RequestId);
        Assert.Equal("", span.ParentId);
        Assert.NotEqual(Trace, span.TraceId);
        Assert.Equal([(Trace, Span)], span.Links);
        Assert.Equal((2, "unauthenticated", "401"), (span.Status, span["error.type"], span["http.response.status_code"]));
    }

    [Fact]
    public async Task A_trace_that_the_client_does_not_record_is_not_recorded_and_goes_on()
    {
        await traced.CallAsync("unsampled", headers: ("traceparent", $"00-{Trace}-{Span}-00"));
        await traced.CallAsync("after-unsampled");

        await SpanOfAsync("after-unsampled");
        var sent = traced.Arrived("unsampled").Headers["traceparent"].ToString();
        Assert.StartsWith($"00-{Trace}-", sent, StringComparison.Ordinal);
        Assert.EndsWith("-00", sent, StringComparison.Ordinal);
        Assert.DoesNotContain(traced.Collector.Spans, span => span["gen_ai.tool.name"] == "unsampled");
    }

    [Fact]
    public async Task A_batch_is_one_span_with_an_event_for_each_call()
    {
        var body = $$$"""
            [{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"tool-error-b","_meta":{ {{{Meta}}} } } },
            {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"two"} }]
            """;

        await Rpc.PostAsync(
            new Uri(traced.Gateway.Url, "raw/batch"), Servers.TesterKey, body, [Header, ("MCP-Protocol-Version", "2025-03-26")]);

        var span = await traced.Collector.SpanAsync(span => span.Name == "batch");
        Assert.Equal((Trace, Span, "2"), (span.TraceId, span.ParentId, span["sentinel.batch.size"]));
        Assert.Equal([(Other, OtherSpan)], span.Links);
        Assert.Equal(
            [("tool-error-b", "error"), ("two", "success")],
            span.Events.Select(e => (e.Attributes["gen_ai.tool.name"], e.Attributes["sentinel.outcome"])));
    }

    [Fact]
    public async Task Other_methods_have_spans_too()
    {
        var body = """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""";

        await Rpc.PostAsync(new Uri(traced.Gateway.Url, "raw/list"), Servers.TesterKey, body, []);

        var span = await traced.Collector.SpanAsync(span => span.Name == "tools/list");
        Assert.StartsWith($"00-{span.TraceId}-{span.SpanId}-", traced.Arrived("list").Headers["traceparent"].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_span_says_arguments_credentials_or_sessions()
    {
        var body = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"secretive","arguments":{"q":"SECRET-ARGUMENT"}}}""";
        await Rpc.PostAsync(
            new Uri(traced.Gateway.Url, "raw/secretive?x=SECRET-QUERY"), Servers.TesterKey, body,
            [("User-Agent", "SECRET-AGENT"), ("Baggage", "k=SECRET-BAGGAGE")]);

        var span = await SpanOfAsync("secretive");
        var text = string.Join('\n', span.Attributes.Values) + span.Name;
        Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Servers.TesterKey, text, StringComparison.Ordinal);
        Assert.Equal("k=SECRET-BAGGAGE", traced.Arrived("secretive?x=SECRET-QUERY").Headers["baggage"].ToString());
    }

    private static ulong Now() => (ulong)(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    private Task<OtlpSpan> SpanOfAsync(string tool) => traced.Collector.SpanAsync(span => span["gen_ai.tool.name"] == tool);

    private async Task RowHasTraceAsync(Reply reply, string trace)
    {
        var table = AuditTable.OfFile(traced.Database);
        await Eventually.HoldsAsync(async () =>
            (await table.RowsAsync()).Any(row => row.Text("request_id") == reply.RequestId && row.Text("trace_id") == trace));
    }
}
