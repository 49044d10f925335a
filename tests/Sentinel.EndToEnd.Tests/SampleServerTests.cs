using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>The other tests believe what the sample server and its process say: these ask whether they may.</summary>
public sealed class SampleServerTests
{
    [Fact]
    public async Task Writes_both_ends_of_a_call_to_its_log_file_as_it_shows_them()
    {
        using var folder = new TemporaryFolder();
        await using var server = await SampleServerProcess.StartAsync(logPath: folder.File("calls.jsonl"));
        using var response = await Call(server).With("Sentinel-Request-Id", "r-1").SendAsync();
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        var calls = await server.Calls();
        var lines = await File.ReadAllLinesAsync(folder.File("calls.jsonl"), TestContext.Current.CancellationToken);

        Assert.Equal(["started", "ok"], calls.Select(call => call.Outcome));
        Assert.All(calls, call => Assert.Equal("r-1", call.SentinelRequestId));
        Assert.Equal(Assert.Single(await server.Requests()).BodySha256, calls[0].BodySha256);
        Assert.Equal(
            calls.Select(call => (call.Time, call.Outcome)),
            lines.Select(line => JsonSerializer.Deserialize<SampleCall>(line, JsonSerializerOptions.Web)!)
                .Select(call => (call.Time, call.Outcome))
        );
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Does_not_know_a_session_it_did_not_open(string method)
    {
        await using var server = await SampleServerProcess.StartAsync();
        var request = RawCall.Post(server.McpUrl, RawCall.ToolCall("echo")).With("Mcp-Session-Id", "never-opened");
        request.Method = new HttpMethod(method);

        using var response = await request.SendAsync();

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Hands_the_events_of_a_session_to_nobody_else()
    {
        await using var server = await SampleServerProcess.StartAsync();
        var (session, firstEventId) = await InitializeAsync(server);
        var (other, _) = await InitializeAsync(server);

        using var own = await ResumeAsync(server, session, firstEventId);
        using var foreign = await ResumeAsync(server, other, firstEventId);
        using var unknown = await ResumeAsync(server, session, "99-0");

        var replayed = await own.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("sentinel-sample", replayed, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
    }

    [Fact]
    public async Task Ends_when_its_parent_lets_go_of_it()
    {
        await using var server = await SampleServerProcess.StartAsync();

        server.Process.CloseInput();

        Assert.Equal(0, await server.Process.WaitForExitAsync());
    }

    [Fact]
    public async Task Ends_in_order_when_asked_to()
    {
        await using var server = await SampleServerProcess.StartAsync();

        await server.Process.TerminateAsync();

        Assert.Equal(0, await server.Process.WaitForExitAsync());
    }

    [Fact]
    public async Task Ends_where_it_stands_when_killed()
    {
        await using var server = await SampleServerProcess.StartAsync();

        await server.Process.KillAsync();

        Assert.Equal(128 + 9, await server.Process.WaitForExitAsync());
    }

    [Fact]
    public async Task Answers_nothing_while_suspended_and_goes_on_afterwards()
    {
        await using var server = await SampleServerProcess.StartAsync();

        await server.Process.SuspendAsync();
        var call = Call(server).SendAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(TimeSpan.FromMilliseconds(300)));
        await server.Process.ResumeAsync();

        using var response = await call;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Shows_its_output_in_the_failure_of_a_test_that_waits_in_vain()
    {
        await using var process = ChildProcess.StartDotnet(
            Artifacts.Built("SampleServer", "SampleServer.dll"),
            ["--no-such-flag"]
        );

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => process.WaitForLineAsync(line => line.StartsWith("Listening", StringComparison.Ordinal))
        );

        Assert.Contains("stderr: SampleServer [--urls", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, await process.WaitForExitAsync());
    }

    private static async Task<(string Session, string FirstEventId)> InitializeAsync(SampleServerProcess server)
    {
        const string Body = """
            {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",
            "capabilities":{},"clientInfo":{"name":"x","version":"1"}}}
            """;
        using var response = await RawCall.Post(server.McpUrl, Body.ReplaceLineEndings(""), key: null).SendAsync();
        var events = SseParser
            .Create(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken))
            .EnumerateAsync(TestContext.Current.CancellationToken);
        var first = await events.FirstAsync(TestContext.Current.CancellationToken);
        return (response.Header("Mcp-Session-Id")!, first.EventId!);
    }

    private static Task<HttpResponseMessage> ResumeAsync(SampleServerProcess server, string session, string eventId) =>
        RawCall
            .Request(HttpMethod.Get, server.McpUrl)
            .With("Mcp-Session-Id", session)
            .With("MCP-Protocol-Version", "2025-11-25")
            .With("Last-Event-ID", eventId)
            .SendAsync();

    private static HttpRequestMessage Call(SampleServerProcess server) =>
        RawCall.PostModern(server.McpUrl, "echo", """{"text":"x"}""", key: null);
}
