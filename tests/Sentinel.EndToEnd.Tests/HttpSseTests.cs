using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>HTTP+SSE servers (2024-11-05): answers come on the GET stream, messages go where its first event says.</summary>
public sealed class HttpSseTests(RecordedGateway recorded, Servers servers) : IClassFixture<RecordedGateway>
{
    private readonly string _client = $"http-sse-{Guid.NewGuid():n}";
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, HttpContext> _streams = new();

    [Theory]
    [InlineData("/{0}/message?sessionId=a%2Db&c=%20d")]
    [InlineData("message?sessionId=a%2Db&c=%20d")]
    [InlineData("message?sessionId=a-b&c=%20d#fragment")]
    [InlineData("http://{1}/{0}/message?sessionId=a%2Db&c=%20d")]
    public async Task The_endpoint_is_sealed_under_the_route_and_calls_to_it_are_recorded(string endpoint)
    {
        using var stream = await OpenAsync(endpoint);
        var lines = await LinesAsync(stream);

        var path = await EndpointAsync(lines);
        Assert.Matches($"^/raw/{_client}/message\\?sentinel-session=[A-Za-z0-9_-]{{60,}}$", path);
        Assert.DoesNotContain("a-b", path, StringComparison.Ordinal);

        var reply = await PostAsync(path, RawCall.ToolCall("echo", "7"));
        Assert.Equal((202, "Accepted"), (reply.Status, reply.Text));
        Assert.Equal($"/{_client}/message?sessionId=a-b&c=%20d", Assert.Single(Arrived()).Path);
        Assert.Equal(["event: message", "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}", ""], await ReadAsync(lines, 3));

        var row = await recorded.OnlyRowAsync(_client);
        Assert.Equal(("success", null, 202L), (row.Text("response_status"), row.Text("reason"), row.Number("http_status")));
        Assert.Equal(reply.RequestId, row.Text("request_id"));
        _ended.SetResult();
    }

    [Fact]
    public async Task A_denied_call_reaches_no_server_and_is_answered_by_the_gateway()
    {
        using var stream = await OpenAsync("message?s=1", key: Servers.LimitedKey);
        var path = await EndpointAsync(await LinesAsync(stream));

        var reply = await PostAsync(path, RawCall.ToolCall("echo"), Servers.LimitedKey);

        Assert.Equal(200, reply.Status);
        Assert.Equal(("denied", "rbac"), Reason(await recorded.OnlyRowAsync(_client)));
        Assert.Empty(Arrived());
        _ended.SetResult();
    }

    [Fact]
    public async Task A_call_is_truncated_when_the_stream_ends_without_its_answer()
    {
        using var stream = await OpenAsync("message?s=1", answers: false);
        await PostAsync(await EndpointAsync(await LinesAsync(stream)), RawCall.ToolCall("echo"));
        await recorded.FenceAsync(_client);
        Assert.Empty(await recorded.Table.RowsAsync(_client));

        _ended.SetResult();

        Assert.Equal(("error", "stream_truncated"), Reason(await recorded.OnlyRowAsync(_client)));
    }

    [Fact]
    public async Task A_call_is_abandoned_when_the_client_closes_the_stream()
    {
        var stream = await OpenAsync("message?s=1", answers: false);
        await PostAsync(await EndpointAsync(await LinesAsync(stream)), RawCall.ToolCall("echo"));

        stream.Dispose();

        Assert.Equal(("error", "client_disconnected"), Reason(await recorded.OnlyRowAsync(_client)));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/message")]
    [InlineData("https://{1}/{0}/message")]
    [InlineData("//127.0.0.1:1/message")]
    [InlineData("http://user@{1}/{0}/message")]
    [InlineData("file:///etc/passwd")]
    public async Task An_endpoint_elsewhere_cuts_the_stream(string endpoint)
    {
        // The cut may overtake the headers.
        await Assert.ThrowsAnyAsync<HttpRequestException>(async () =>
        {
            using var stream = await OpenAsync(endpoint);
            await stream.Content
                .ReadAsStringAsync(TestContext.Current.CancellationToken)
                .WaitAsync(Deadline.Default, TestContext.Current.CancellationToken);
        });

        await recorded.Gateway.Process.WaitForLineAsync(
            line => line.Contains("its endpoint event leads to another origin", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_endpoint_is_its_callers_own_and_only_as_it_was_sealed()
    {
        using var stream = await OpenAsync("message?sessionId=a-b");
        var path = await EndpointAsync(await LinesAsync(stream));
        var query = path[path.IndexOf('?', StringComparison.Ordinal)..];

        await AssertUnknownAsync(path, Servers.LimitedKey);
        await AssertUnknownAsync(path[..^1]);
        await AssertUnknownAsync(path + "A");
        await AssertUnknownAsync(path + "&sessionId=a-b");
        await AssertUnknownAsync($"/raw/{_client}/message/other{query}");
        await AssertUnknownAsync($"/sample/{_client}/message{query}");
        await AssertUnknownAsync($"/raw/{_client}/message?sessionId=a-b");
        await AssertUnknownAsync($"/raw/{_client}/message?session_id=a-b");
        await AssertUnknownAsync($"/raw/{_client}/message?x=1&session%49d=a-b");

        Assert.Empty(Arrived());
        Assert.Equal(202, (await PostAsync(path, RawCall.ToolCall("echo", "7"))).Status);
        _ended.SetResult();
    }

    private async Task AssertUnknownAsync(string path, string key = Servers.TesterKey)
    {
        var reply = await PostAsync(path, RawCall.ToolCall("echo", "7"), key);
        Assert.True(reply.Status == 404, $"{path}: {reply.Status}");
        Assert.Contains("\"id\":7", reply.Text, StringComparison.Ordinal);
        Assert.Contains("session_unknown", reply.Text, StringComparison.Ordinal);
    }

    private ScriptedRequest[] Arrived() =>
    [
        .. servers.Raw.Requests.Where(
            r => r.Method == "POST" && r.Path.StartsWith($"/{_client}", StringComparison.Ordinal)),
    ];

    private static async Task<StreamReader> LinesAsync(HttpResponseMessage stream) =>
        new(await stream.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

    private static async Task<string> EndpointAsync(StreamReader lines)
    {
        var read = await ReadAsync(lines, 3);
        Assert.Equal(("event: endpoint", ""), (read[0], read[2]));
        Assert.StartsWith("data: ", read[1], StringComparison.Ordinal);
        return read[1]["data: ".Length..];
    }

    private async Task<HttpResponseMessage> OpenAsync(
        string endpoint,
        bool answers = true,
        string key = Servers.TesterKey)
    {
        await recorded.StartedAsync();
        var data = string.Format(null, endpoint, _client, servers.Raw.Url.Authority);
        servers.Raw.On($"/{_client}/sse", async http =>
        {
            _streams[""] = http;
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync($"event: endpoint\ndata: {data}\n\n");
            await http.Response.Body.FlushAsync();
            await _ended.Task.WaitAsync(http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        servers.Raw.On($"/{_client}/message", async http =>
        {
            // The answer first: it may overtake the acknowledgement.
            if (answers)
            {
                var response = _streams[""].Response;
                await response.WriteAsync("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}\n\n");
                await response.Body.FlushAsync();
            }

            http.Response.StatusCode = 202;
            http.Response.ContentType = "text/plain";
            await http.Response.WriteAsync("Accepted");
        });
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(recorded.Gateway.Url, $"raw/{_client}/sse"));
        return await request.With("X-Api-Key", key).With("Accept", "text/event-stream").SendAsync();
    }

    private Task<Reply> PostAsync(string path, string body, string key = Servers.TesterKey) =>
        Rpc.PostAsync(new Uri(recorded.Gateway.Url, path), key, body, [("User-Agent", _client)]);

    private static async Task<string[]> ReadAsync(StreamReader lines, int count)
    {
        var read = new List<string>();
        while (read.Count < count)
        {
            var line = await lines
                .ReadLineAsync(TestContext.Current.CancellationToken)
                .AsTask()
                .WaitAsync(Deadline.Default, TestContext.Current.CancellationToken);
            read.Add(line ?? "(end)");
        }

        return [.. read];
    }

    private static (string?, string?) Reason(Row row) => (row.Text("response_status"), row.Text("reason"));
}
