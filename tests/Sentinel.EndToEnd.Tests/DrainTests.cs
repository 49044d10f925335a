using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What clients, probes and operators see of a stop, in its order.</summary>
[Collection(nameof(HeavyLoad))]
public sealed class DrainTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_timeline_of_a_stop(bool isHttp2)
    {
        await using var drained = await DrainedGateway.StartAsync(windowSeconds: 4, drainSeconds: 60, isHttp2);
        var session = await drained.OpenSessionAsync();
        var idle = await drained.ListenAsync("silent", await drained.OpenSessionAsync());
        await idle.HeadAsync();
        var needed = await drained.ListenAsync("resumable", session);
        await needed.HeadAsync();
        var wordless = await drained.ListenAsync("wordless");
        var running = await drained.CallAsync("late", session);

        await drained.Gateway.Process.TerminateAsync();

        // At once: not ready. For the window: everything is served, on connections that are not used again.
        await Eventually.TrueAsync(drained.IsDrainingAsync, "not ready");
        var late = await drained.OpenSessionAsync();
        var lateCall = await drained.CallAsync("echo", late);
        Assert.Contains("\"result\"", await lateCall.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(isHttp2 ? null : true, (await lateCall.HeadAsync()).Headers.ConnectionClose);
        Assert.Contains("\"result\"", await (await UploadAsync(drained)).TextAsync(), StringComparison.Ordinal);
        Assert.True(await drained.ListensAsync(), "The window was too short for this machine.");
        Assert.False(idle.IsOver || needed.IsOver || wordless.IsOver || running.IsOver);

        // Then the listener closes, and streams that no call needs end as if their servers had ended them.
        await Eventually.TrueAsync(async () => !await drained.ListensAsync(), "the listener is closed");
        Assert.Equal("", await idle.TextAsync());
        await wordless.BrokenOffAsync();
        Assert.False(needed.IsOver || running.IsOver || drained.Gateway.Process.HasExited);

        // What runs is finished, and nothing waits any longer than that.
        drained.Release();
        Assert.Contains("\"result\"", await running.TextAsync(), StringComparison.Ordinal);
        Assert.StartsWith(DrainedGateway.Event, await needed.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await drained.Gateway.Process.WaitForExitAsync());

        var rows = await drained.RowsAsync();
        Assert.Equal(["success", "success", "success"], rows.Select(row => row.Text("response_status")));
        var lines = drained.Gateway.Process.Lines;
        Assert.Contains(lines, line => line.Contains("Drained: nothing was cut", StringComparison.Ordinal));
        Assert.Contains("3 rows written, 0 entries dropped", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_beyond_the_drain_is_cut_recorded_so_and_told_by_the_exit_code()
    {
        await using var drained = await DrainedGateway.StartAsync(windowSeconds: 0, drainSeconds: 1);
        var endless = await drained.CallAsync("late");
        var started = await drained.CallAsync("started");
        await started.HeadAsync();

        await drained.Gateway.Process.TerminateAsync();

        await endless.BrokenOffAsync();
        await started.BrokenOffAsync();
        Assert.Equal(3, await drained.Gateway.Process.WaitForExitAsync());
        AssertStopped(await drained.RowsAsync(), count: 2);
        AssertLogged(drained, "Drained: 2 requests outlasted");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "MaxSeconds": 900 }""")]
    public async Task A_legacy_answer_with_event_ids_ends_so_that_its_client_resumes_elsewhere(string settings)
    {
        await using var drained = await DrainedGateway.StartAsync(
            windowSeconds: 0, drainSeconds: 1, backendSettings: settings);
        var resumable = await drained.CallAsync("resumable", await drained.OpenSessionAsync());
        await resumable.HeadAsync();

        await drained.Gateway.Process.TerminateAsync();

        Assert.Equal(DrainedGateway.Event, await resumable.TextAsync());
        Assert.Equal(0, await drained.Gateway.Process.WaitForExitAsync());
        AssertStopped(await drained.RowsAsync(), count: 1);
        AssertLogged(drained, "nothing was cut; 1 answers ended for their clients to resume");
    }

    [Fact]
    public async Task A_modern_answer_is_cut_whether_its_events_have_ids_or_not()
    {
        await using var drained = await DrainedGateway.StartAsync(windowSeconds: 0, drainSeconds: 1);
        var modern = await drained.CallModernAsync("resumable");
        await modern.HeadAsync();

        await drained.Gateway.Process.TerminateAsync();

        await modern.BrokenOffAsync();
        Assert.Equal(3, await drained.Gateway.Process.WaitForExitAsync());
        AssertStopped(await drained.RowsAsync(), count: 1);
    }

    [Fact]
    public async Task A_subscription_holds_no_process_up()
    {
        await using var drained = await DrainedGateway.StartAsync(windowSeconds: 0, drainSeconds: 600);
        var body = RawCall.WithMethod("subscriptions/listen").Replace(
            "\"id\":1",
            """
            "id":1,"params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",
            "io.modelcontextprotocol/clientCapabilities":{}}}
            """,
            StringComparison.Ordinal);
        var listening = await drained.ArriveAsync("started", RawCall
            .Post(new Uri(drained.Gateway.Url, "raw/started"), body)
            .With("MCP-Protocol-Version", "2026-07-28")
            .With("Mcp-Method", "subscriptions/listen"));
        await listening.HeadAsync();

        await drained.Gateway.Process.TerminateAsync();

        await listening.BrokenOffAsync();
        Assert.Equal(0, await drained.Gateway.Process.WaitForExitAsync());
        AssertLogged(drained, "1 idle streams closed");
    }

    [Theory]
    [InlineData(true, 0, "success", null)]
    [InlineData(false, 3, "error", "gateway_stopped")]
    public async Task An_http_sse_stream_goes_on_while_it_owes_an_answer(
        bool isAnswered,
        int exitCode,
        string status,
        string? reason)
    {
        await using var drained = await DrainedGateway.StartAsync(windowSeconds: 0, drainSeconds: isAnswered ? 60 : 1);
        drained.Backend.On("/legacy", async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync("event: endpoint\ndata: /message?s=1\n\n", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await drained.Released.WaitAsync(http.RequestAborted);
            await http.Response.WriteAsync("data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}\n\n");
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        drained.Backend.On("/message", http =>
        {
            http.Response.StatusCode = 202;
            return Task.CompletedTask;
        });
        using var stream = await drained.SendAsync(drained.Request(HttpMethod.Get, "legacy"));
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        await reader.ReadLineAsync();
        var endpoint = (await reader.ReadLineAsync())!["data: ".Length..];
        using var accepted = await drained.SendAsync(
            RawCall.Post(new Uri(drained.Gateway.Url, endpoint), RawCall.ToolCall("echo")));
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);

        await drained.Gateway.Process.TerminateAsync();
        await drained.Gateway.Process.WaitForLineAsync(line => line.Contains("Draining", StringComparison.Ordinal));
        await Eventually.TrueAsync(async () => !await drained.ListensAsync(), "the listener is closed");
        if (isAnswered)
        {
            drained.Release();
            Assert.Contains("\"result\"", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }
        else
        {
            await Assert.ThrowsAnyAsync<IOException>(() => reader.ReadToEndAsync());
        }

        Assert.Equal(exitCode, await drained.Gateway.Process.WaitForExitAsync());
        var row = Assert.Single(await drained.RowsAsync());
        Assert.Equal((status, reason), (row.Text("response_status"), row.Text("reason")));
    }

    [Fact]
    public async Task An_http2_connection_gets_its_goaway_at_once_and_its_streams_finish()
    {
        await using var drained = await DrainedGateway.StartAsync(windowSeconds: 60, drainSeconds: 60, isHttp2: true);
        using var connection = await Http2Connection.OpenAsync(drained.Gateway.Url);
        await connection.PostAsync(
            "/raw/late",
            [("content-type", "application/json"), ("x-api-key", Servers.TesterKey)],
            RawCall.ToolCall("echo"));
        await Eventually.TrueAsync(() => drained.Backend.Requests.Count > 0, "the call has arrived");

        await drained.Gateway.Process.TerminateAsync();

        await connection.ReadUntilAsync(Http2Connection.GoAway);
        Assert.True(await drained.ListensAsync());
        drained.Release();
        Assert.Contains("\"result\"", await connection.ReadBodyAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_cut_and_counted_as_that()
    {
        await using var drained = await DrainedGateway.StartAsync(windowSeconds: 0, drainSeconds: 1);
        var written = 0;
        drained.Backend.On("/endless", async http =>
        {
            http.Response.ContentType = "text/event-stream";
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.WriteAsync(
                    $"id: 1\ndata: {{\"x\":\"{new string('x', 60_000)}\"}}\n\n", http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
                Interlocked.Increment(ref written);
            }
        });
        var session = await drained.OpenSessionAsync();
        var body = RawCall.ToolCall("echo");
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(
            drained.Gateway.Url.Host, drained.Gateway.Url.Port, TestContext.Current.CancellationToken);
        await client.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /raw/endless HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: {Servers.TesterKey}\r\n"
            + "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
            + $"Mcp-Session-Id: {session}\r\nMCP-Protocol-Version: 2025-11-25\r\n"
            + $"Content-Length: {body.Length}\r\n\r\n{body}"));
        var seen = 0;
        var quietPolls = 0;
        await Eventually.TrueAsync(
            () =>
            {
                quietPolls = written > 0 && written == seen ? quietPolls + 1 : 0;
                seen = written;
                return quietPolls >= 25;
            },
            "nothing moves any more");

        await drained.Gateway.Process.TerminateAsync();

        Assert.Equal(3, await drained.Gateway.Process.WaitForExitAsync());
        AssertStopped(await drained.RowsAsync(), count: 1);
        AssertLogged(drained, "Drained: 1 requests outlasted");
    }

    // A body that is on its way while its connection is told to close.
    private static Task<Answering> UploadAsync(DrainedGateway drained)
    {
        var arguments = $$"""{"text":"{{new string('x', 1_000_000)}}"}""";
        var request = RawCall.Post(
            new Uri(drained.Gateway.Url, "raw/echo"), RawCall.ToolCall("echo", arguments: arguments));
        request.Headers.TransferEncodingChunked = drained.IsHttp2 ? null : true;
        return drained.ArriveAsync("echo", request);
    }

    private static void AssertStopped(IReadOnlyList<Row> rows, int count)
    {
        Assert.Equal(count, rows.Count);
        Assert.All(rows, row => Assert.Equal(
            ("error", "gateway_stopped"), (row.Text("response_status"), row.Text("reason"))));
        Assert.All(rows, row => Assert.True(
            row.Number("latency_us") >= 0, row.Number("latency_us")?.ToString(CultureInfo.InvariantCulture)));
    }

    private static void AssertLogged(DrainedGateway drained, string text) =>
        Assert.Contains(drained.Gateway.Process.Lines, line => line.Contains(text, StringComparison.Ordinal));
}
