using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What one call leaves in PostgreSQL, for each thing that can become of it.</summary>
public sealed class AuditRowTests(RecordedGateway recorded, Servers servers) : IClassFixture<RecordedGateway>
{
    private const string LegacyRevision = "2025-06-18";

    [Fact]
    public async Task A_successful_call_answered_with_json() =>
        Snapshot.Match(await SampleAsync("json-success", "sample-json", "add", """{"a":1,"b":2.50}"""));

    [Fact]
    public async Task A_successful_call_answered_with_an_event_stream() =>
        Snapshot.Match(await SampleAsync("sse-success", "sample", "slow", """{"steps":2,"delayMs":1}"""));

    [Fact]
    public async Task A_tool_that_says_it_failed() =>
        Snapshot.Match(await SampleAsync("tool-error", "sample", "fail", """{"text":"Grüße: no luck"}"""));

    [Fact]
    public async Task A_tool_that_ends_in_a_protocol_error() =>
        Snapshot.Match(await SampleAsync("protocol-error", "sample", "throw", """{"text":"out of order"}"""));

    [Fact]
    public async Task A_call_that_the_role_denies() =>
        Snapshot.Match(await SampleAsync("rbac", "sample", "fail", "{}", Servers.LimitedKey, reachesBackend: false));

    [Fact]
    public async Task A_call_of_a_tool_that_is_switched_off() =>
        Snapshot.Match(await SampleAsync("kill-switch", "sample", "big", """{"bytes":3}""", reachesBackend: false));

    [Fact]
    public async Task A_call_without_a_name() =>
        Snapshot.Match(await RawAsync("no-name", "raw/no-name", null, """{"arguments":{"x":1}}""", reachesBackend: false));

    [Fact]
    public async Task A_call_to_a_backend_where_nobody_listens() =>
        Snapshot.Match(await RawAsync("unreachable", "gone/mcp", null, reachesBackend: false));

    [Fact]
    public async Task A_call_that_the_backend_does_not_answer_in_time() =>
        Snapshot.Match(await RawAsync("timeout", "stalled/timeout", StallAsync));

    [Fact]
    public async Task A_call_whose_stream_breaks_off()
    {
        var seen = new TaskCompletionSource();
        Snapshot.Match(await RawAsync("broken-stream", "raw/broken-stream", async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync("data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\ndata: {\"json");
            await http.Response.Body.FlushAsync();
            // Not sooner: an abort takes back what is still on its way.
            await seen.Task;
            http.Abort();
        }, onFirstBytes: () => seen.TrySetResult()));
    }

    [Fact]
    public async Task A_call_whose_stream_ends_without_the_answer() =>
        Snapshot.Match(await RawAsync("ended-stream", "raw/ended-stream", http =>
        {
            http.Response.ContentType = "text/event-stream";
            return http.Response.WriteAsync("data: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n\n");
        }));

    [Fact]
    public async Task A_call_answered_with_plain_text() =>
        Snapshot.Match(await RawAsync("plain-text", "raw/plain-text", http =>
        {
            http.Response.ContentType = "text/plain";
            return http.Response.WriteAsync("It works!");
        }));

    [Fact]
    public async Task A_call_answered_in_an_encoding() =>
        Snapshot.Match(await RawAsync("encoded", "raw/encoded", async http =>
        {
            http.Response.ContentType = "application/json";
            http.Response.Headers.ContentEncoding = "gzip";
            await http.Response.Body.WriteAsync(new byte[] { 0x1f, 0x8b, 8, 0 });
        }));

    [Fact]
    public async Task A_call_answered_with_a_bare_status() =>
        Snapshot.Match(await RawAsync("bare-status", "raw/bare-status", http =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        }));

    [Fact]
    public async Task A_call_whose_credential_the_backend_refuses() =>
        Snapshot.Match(await RawAsync("refused", "raw/refused", http =>
        {
            http.Response.StatusCode = 401;
            return Task.CompletedTask;
        }));

    [Fact]
    public async Task A_call_with_a_session_a_trace_and_an_id_that_is_text()
    {
        await recorded.StartedAsync();
        const string Session = "0123-session";
        var reply = await RawAsync(
            "session",
            "raw/session",
            http =>
            {
                http.Response.ContentType = "application/json";
                return http.Response.WriteAsync("""{"jsonrpc":"2.0","id":"a\"b","result":{"content":[]}}""");
            },
            id: "\"a\\\"b\"",
            headers:
            [
                ("Mcp-Session-Id", await RawSession.OpenAsync(recorded.Gateway, servers.Raw, Session)),
                ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ]
        );

        Assert.Contains(
            $"session_hash: {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Session)))}",
            reply,
            StringComparison.Ordinal
        );
        Snapshot.Match(reply);
    }

    [Fact]
    public async Task A_call_whose_client_leaves()
    {
        await recorded.StartedAsync();
        var arrived = new TaskCompletionSource();
        servers.Raw.On("/leaves", http =>
        {
            arrived.SetResult();
            return StallAsync(http);
        });
        using var leaving = new CancellationTokenSource();
        var call = Rpc.PostAsync(
            new Uri(recorded.Gateway.Url, "raw/leaves"),
            Servers.TesterKey,
            Rpc.Body("""{"name":"echo"}"""),
            [("User-Agent", "leaves"), ("MCP-Protocol-Version", LegacyRevision)],
            cancellationToken: leaving.Token
        );
        await arrived.Task.WaitAsync(Deadline.Default, TestContext.Current.CancellationToken);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        var row = await recorded.OnlyRowAsync("leaves");
        var received = Assert.Single(servers.Raw.Requests, request => request.Path == "/leaves");
        Assert.Equal(received.Headers["Sentinel-Request-Id"], row.Text("request_id"));
        CheckTimes(row);
        Snapshot.Match(row.ToString());
    }

    // The sample server's own view of the call is compared as well.
    private async Task<string> SampleAsync(
        string client,
        string backend,
        string tool,
        string arguments,
        string key = Servers.TesterKey,
        bool reachesBackend = true
    )
    {
        await recorded.StartedAsync();
        var parameters = Rpc.Params(tool, arguments);
        var body = Rpc.Body(parameters, "7");
        var reply = await Rpc.PostAsync(
            new Uri(recorded.Gateway.Url, $"{backend}/mcp"),
            key,
            body,
            [
                ("User-Agent", client),
                ("MCP-Protocol-Version", Rpc.Revision),
                ("Mcp-Method", "tools/call"),
                ("Mcp-Name", tool),
            ]
        );
        var row = await recorded.OnlyRowAsync(client);

        Check(row, reply, body, parameters);
        var server = backend == "sample" ? servers.Sample : servers.SampleJson;
        var received = (await server.Requests()).Where(request => request.Header("User-Agent") == client).ToList();
        if (reachesBackend)
        {
            var request = Assert.Single(received);
            Assert.Equal(reply.RequestId, request.Header("Sentinel-Request-Id"));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body))), request.BodySha256);
            Assert.Equal(row.Text("client_subject"), Uri.UnescapeDataString(request.Header("Sentinel-Subject")!));
            Assert.Equal(row.Text("client_role"), request.Header("Sentinel-Roles"));
        }
        else
        {
            Assert.Empty(received);
        }

        return Describe(reply, row);
    }

    private async Task<string> RawAsync(
        string client,
        string path,
        RequestDelegate? answer,
        string parameters = """{"name":"echo","arguments":{"n":1e2}}""",
        string id = "1",
        bool reachesBackend = true,
        (string Name, string Value)[]? headers = null,
        Action? onFirstBytes = null
    )
    {
        await recorded.StartedAsync();
        var backendPath = path[path.IndexOf('/', StringComparison.Ordinal)..];
        servers.Raw.On(backendPath, answer ?? StallAsync);
        var body = Rpc.Body(parameters, id);
        var reply = await Rpc.PostAsync(
            new Uri(recorded.Gateway.Url, path),
            Servers.TesterKey,
            body,
            [("User-Agent", client), ("MCP-Protocol-Version", LegacyRevision), .. headers ?? []],
            onFirstBytes: onFirstBytes
        );
        var row = await recorded.OnlyRowAsync(client);

        Check(row, reply, body, row["tool_name"] is "unknown" ? null : parameters);
        var received = servers.Raw.Requests.Where(request => request.Path == backendPath).ToList();
        if (reachesBackend)
        {
            Assert.Equal(reply.RequestId, Assert.Single(received).Headers["Sentinel-Request-Id"]);
        }
        else
        {
            Assert.Empty(received);
        }

        return Describe(reply, row);
    }

    private static void Check(Row row, Reply reply, string body, string? parameters)
    {
        Assert.Equal(reply.RequestId, row.Text("request_id"));
        Assert.Equal(reply.Status, row.Number("http_status"));
        Assert.Equal(Encoding.UTF8.GetByteCount(body), row.Number("request_bytes"));
        Assert.Equal(reply.Body.Length, row.Number("response_bytes"));
        Assert.True(
            JsonNode.DeepEquals(
                parameters is null ? null : JsonNode.Parse(parameters),
                row.Text("request_args") is { } stored ? JsonNode.Parse(stored) : null
            ),
            $"Sent {parameters}, stored {row.Text("request_args")}."
        );
        CheckTimes(row);
    }

    private static void CheckTimes(Row row)
    {
        var isDenied = row.Text("response_status") == "denied";
        Assert.Equal(isDenied ? 0 : row.Number("latency_us") / 1000, row.Number("latency_ms"));
        Assert.InRange(row.Number("latency_us")!.Value, 1, 60_000_000);
        Assert.InRange(row.Number("first_byte_us") ?? 0, 0, row.Number("latency_us")!.Value);
        Assert.InRange(row.Number("gateway_us") ?? 0, 0, row.Number("latency_us")!.Value);
        Assert.InRange((DateTime)row["timestamp"]!, TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-5), (DateTime)row["created_at"]!);
        // The id is of version 7 and begins with the moment of the call.
        var unixMs = long.Parse(row.Text("request_id")!.Replace("-", "")[..12], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Assert.Equal(new DateTimeOffset((DateTime)row["timestamp"]!).ToUnixTimeMilliseconds(), unixMs);
    }

    private static string Describe(Reply reply, Row row)
    {
        var end = reply.IsWhole ? "" : "\n(broken off)";
        var text = reply.RequestId is { } id ? reply.Readable.Replace(id, "{request_id}", StringComparison.Ordinal) : reply.Readable;
        return $"HTTP {reply.Status} {reply.ContentType}\n{text}{end}\n\n{row}";
    }

    private static Task StallAsync(HttpContext http) =>
        Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
}
