using System.Net;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Calls whose answer comes on another stream of their session, or never.</summary>
public sealed class SessionCallTests(RecordedGateway recorded, Servers servers) : IClassFixture<RecordedGateway>
{
    private const string Revision = "2025-11-25";
    private const string Priming = "id: 1\ndata: \n\n";
    private const string Answer = "id: 2\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}\n\n";

    private readonly string _client = $"session-{Guid.NewGuid():n}";
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task An_answer_on_a_resumed_stream_completes_the_call()
    {
        await ServeAsync(Priming, get: Answer);
        await PostCallAsync();

        Assert.Equal(Answer, await GetAsync());

        var row = await recorded.OnlyRowAsync(_client);
        Assert.Equal(("success", null, 200L), (row.Text("response_status"), row.Text("reason"), row.Number("http_status")));
    }

    [Fact]
    public async Task An_answer_that_overtakes_the_end_of_its_own_stream_completes_the_call()
    {
        await ServeAsync(Priming, get: Answer, keepsPostOpen: true);
        var call = PostCallAsync();
        await ArrivedAsync("POST");

        await GetAsync();
        _release.SetResult();
        await call;

        Assert.Equal("success", (await recorded.OnlyRowAsync(_client)).Text("response_status"));
    }

    [Fact]
    public async Task A_tool_that_failed_says_so_on_the_resumed_stream_too()
    {
        const string Failed =
            "data: {\"jsonrpc\":\"2.0\",\"result\":{\"isError\":true,\"content\":[{\"text\":\"no luck\"}]},\"id\":1}\n\n";
        await ServeAsync(Priming, get: Failed);
        await PostCallAsync();

        await GetAsync();

        var row = await recorded.OnlyRowAsync(_client);
        Assert.Equal(("error", "tool_error", "no luck"), Outcome(row));
    }

    [Fact]
    public async Task Without_an_answer_the_row_is_written_when_the_wait_is_over()
    {
        await ServeAsync(Priming);

        await PostCallAsync();

        await recorded.FenceAsync(_client);
        Assert.Empty(await recorded.Table.RowsAsync(_client));
        Assert.Equal(("error", "response_not_seen"), Reason(await recorded.OnlyRowAsync(_client)));
    }

    [Theory]
    [InlineData("another-session", Servers.TesterKey, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}")]
    [InlineData(null, Servers.LimitedKey, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}")]
    [InlineData(null, Servers.TesterKey, "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{}}")]
    [InlineData(null, Servers.TesterKey, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"roots/list\",\"result\":{}}")]
    public async Task An_answer_of_another_session_caller_or_id_completes_nothing(
        string? session,
        string key,
        string message)
    {
        await ServeAsync(Priming, get: $"data: {message}\n\n");
        await PostCallAsync();

        await GetAsync(session, key);

        Assert.Equal(("error", "response_not_seen"), Reason(await recorded.OnlyRowAsync(_client)));
    }

    [Fact]
    public async Task A_stream_whose_events_have_no_ids_cannot_go_on_elsewhere()
    {
        await ServeAsync("data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\n");

        await PostCallAsync();

        Assert.Equal(("error", "stream_truncated"), Reason(await recorded.OnlyRowAsync(_client)));
    }

    [Fact]
    public async Task While_a_resumed_stream_is_open_the_call_goes_on_waiting()
    {
        await ServeAsync(Priming, get: Answer, keepsGetOpen: true);
        await PostCallAsync();
        using var stream = await OpenStreamAsync();
        await Without_an_answer_for_longer_than_the_wait();

        _release.SetResult();
        Assert.Equal(Answer, await stream.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal(("success", null), Reason(await recorded.OnlyRowAsync(_client)));

        // Another call that nobody resumes tells when the wait is over.
        async Task Without_an_answer_for_longer_than_the_wait()
        {
            var other = $"{_client}-other";
            await PostCallAsync(session: other, client: other);
            Assert.Equal(("error", "response_not_seen"), Reason(await recorded.OnlyRowAsync(other)));
            Assert.Empty(await recorded.Table.RowsAsync(_client));
        }
    }

    [Fact]
    public async Task A_call_that_its_client_cancels_is_cancelled()
    {
        await ServeAsync(Priming, keepsPostOpen: true);
        var call = PostCallAsync();
        await ArrivedAsync("POST");

        await CancelAsync("1");
        _release.SetResult();
        await call;

        Assert.Equal(("error", "cancelled"), Reason(await recorded.OnlyRowAsync(_client)));
    }

    [Fact]
    public async Task A_call_that_waits_is_closed_when_its_client_cancels_it()
    {
        await ServeAsync(Priming);
        await PostCallAsync();

        await CancelAsync("1");

        Assert.Equal(("error", "cancelled"), Reason(await recorded.OnlyRowAsync(_client)));
    }

    [Theory]
    [InlineData("\"1\"", null)]
    [InlineData("2", null)]
    [InlineData("1", "another-session")]
    public async Task A_cancellation_of_another_call_cancels_nothing(string requestId, string? session)
    {
        await ServeAsync(Priming, keepsPostOpen: true, postEnd: Answer);
        var call = PostCallAsync();
        await ArrivedAsync("POST");

        await CancelAsync(requestId, session);
        _release.SetResult();
        await call;

        Assert.Equal(("success", null), Reason(await recorded.OnlyRowAsync(_client)));
    }

    [Fact]
    public async Task A_cancellation_that_came_too_late_changes_nothing()
    {
        await ServeAsync(Priming, keepsPostOpen: true, postEnd: Answer);
        var call = PostCallAsync();
        await ArrivedAsync("POST");
        await CancelAsync("1");

        _release.SetResult();
        await call;

        Assert.Equal(("success", null), Reason(await recorded.OnlyRowAsync(_client)));
    }

    [Fact]
    public async Task A_modern_client_cancels_by_leaving()
    {
        await recorded.StartedAsync();
        var arrived = new TaskCompletionSource();
        servers.Raw.On($"/{_client}", http =>
        {
            arrived.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted)
                .ContinueWith(_ => { }, TaskScheduler.Default);
        });
        using var leaving = new CancellationTokenSource();
        var url = new Uri(recorded.Gateway.Url, $"raw/{_client}");
        var call = Rpc.CallAsync(url, Servers.TesterKey, "echo", client: _client, cancellationToken: leaving.Token);
        await arrived.Task.WaitAsync(Deadline.Default, TestContext.Current.CancellationToken);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(("error", "cancelled"), Reason(await recorded.OnlyRowAsync(_client)));
    }

    private async Task ServeAsync(
        string post,
        string get = "",
        bool keepsPostOpen = false,
        bool keepsGetOpen = false,
        string postEnd = "")
    {
        await recorded.StartedAsync();
        servers.Raw.On($"/{_client}", async http =>
        {
            if (http.Request.Method == "POST" && !http.Request.Headers.ContainsKey("X-Call"))
            {
                http.Response.StatusCode = 202;
                return;
            }

            http.Response.ContentType = "text/event-stream";
            var isPost = http.Request.Method == "POST";
            await http.Response.WriteAsync(isPost ? post : "");
            await http.Response.Body.FlushAsync();
            if (isPost ? keepsPostOpen : keepsGetOpen)
            {
                await _release.Task.WaitAsync(http.RequestAborted);
            }

            await http.Response.WriteAsync(isPost ? postEnd : get);
        });
    }

    private async Task<Reply> PostCallAsync(string? session = null, string? client = null) =>
        await Rpc.PostAsync(
            new Uri(recorded.Gateway.Url, $"raw/{_client}"),
            Servers.TesterKey,
            RawCall.ToolCall("echo"),
            [
                ("User-Agent", client ?? _client), ("X-Call", "1"), ("MCP-Protocol-Version", Revision),
                ("Mcp-Session-Id", await SealedAsync(session)),
            ]);

    private async Task CancelAsync(string requestId, string? session = null)
    {
        var body = $$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{requestId}}}}}""";
        var reply = await Rpc.PostAsync(
            new Uri(recorded.Gateway.Url, $"raw/{_client}"),
            Servers.TesterKey,
            body,
            [("MCP-Protocol-Version", Revision), ("Mcp-Session-Id", await SealedAsync(session))]);
        Assert.Equal(202, reply.Status);
    }

    private Task ArrivedAsync(string method) =>
        Eventually.TrueAsync(
            () => servers.Raw.Requests.Any(request => request.Path == $"/{_client}" && request.Method == method),
            $"{method} arrived");

    private async Task<string> GetAsync(string? session = null, string key = Servers.TesterKey)
    {
        using var response = await OpenStreamAsync(session, key);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private async Task<HttpResponseMessage> OpenStreamAsync(string? session = null, string key = Servers.TesterKey)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(recorded.Gateway.Url, $"raw/{_client}"));
        var response = await request
            .With("X-Api-Key", key)
            .With("Accept", "text/event-stream")
            .With("MCP-Protocol-Version", Revision)
            .With("Mcp-Session-Id", await SealedAsync(session, key))
            .With("Last-Event-ID", "1")
            .SendAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response;
    }

    private Task<string> SealedAsync(string? session, string key = Servers.TesterKey) =>
        RawSession.OpenAsync(recorded.Gateway, servers.Raw, session ?? _client, key);

    private static (string?, string?) Reason(Row row) => (row.Text("response_status"), row.Text("reason"));

    private static (string?, string?, string?) Outcome(Row row) =>
        (row.Text("response_status"), row.Text("reason"), row.Text("error_message"));
}
