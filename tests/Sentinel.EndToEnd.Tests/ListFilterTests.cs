using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Lists as they come over the wire: what a caller may not use is cut out of them.</summary>
public sealed class ListFilterTests(ListGateway lists, Servers servers) : IClassFixture<ListGateway>
{
    private const string Hidden = """{"name":"hidden","inputSchema":{"type":"object"}}""";
    private const string Shown = """{"inputSchema":{"minimum":1.00,"x":12345678901234567890.5},"name":"shown\u0031"}""";
    private const string Sent = $$$"""{"result": {"nextCursor":"","tools":[{{{Hidden}}}, {{{Shown}}}],"n":1e400 },"id":1}""";
    private const string Kept = $$$"""{"result": {"nextCursor":"","tools":[{{{Shown}}}],"n":1e400 },"id":1}""";

    private readonly string _path = $"{Guid.NewGuid():n}";

    [Fact]
    public async Task A_JSON_list_comes_without_what_its_caller_may_not_use_and_with_its_new_length()
    {
        Answer(Sent);

        using var response = await ListAsync();

        Assert.Equal(Encoding.UTF8.GetByteCount(Kept), response.Content.Headers.ContentLength);
        Assert.Equal(Kept, await TextAsync(response));
    }

    [Fact]
    public async Task A_caller_who_may_use_everything_is_sent_the_same_bytes()
    {
        Answer(Sent);

        using var response = await ListAsync(Servers.TesterKey);

        Assert.Equal(Sent, await TextAsync(response));
    }

    [Theory]
    [InlineData(Servers.LimitedKey, true)]
    [InlineData(Servers.LimitedKey, false)]
    [InlineData(Servers.TesterKey, false)]
    public async Task A_modern_list_is_private_on_every_page(string key, bool hasHidden)
    {
        string Page(string scope, string hidden) => $$$"""{"id":1,"result":{"tools":[{{{hidden}}}{{{Shown}}}],"cacheScope":"{{{scope}}}","ttlMs":5}}""";
        Answer(Page("public", hasHidden ? Hidden + "," : ""));

        using var response = await ListModernAsync(key);

        Assert.Equal(Page("private", ""), await TextAsync(response));
    }

    [Fact]
    public async Task An_event_stream_brings_the_list_edited_and_everything_else_at_once()
    {
        const string Before = ": hello\n\nid: 1\ndata: {\"method\":\"notifications/message\",\"params\":{}}\n\n";
        var isSeen = new TaskCompletionSource();
        servers.Raw.On($"/{_path}", async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync(Before);
            await http.Response.Body.FlushAsync();
            await isSeen.Task.WaitAsync(Deadline.Default);
            await http.Response.WriteAsync($"event: message\r\nid: 2\r\ndata: {Sent}\r\n\r\n: bye\n\n");
        });

        using var response = await ListAsync();
        using var stream = new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled));
        var first = new char[Before.Length];
        await stream.ReadBlockAsync(first, Cancelled);
        isSeen.SetResult();

        Assert.Equal(Before, new string(first));
        Assert.Equal($"event: message\r\nid: 2\r\ndata: {Kept}\r\n\r\n: bye\n\n", await stream.ReadToEndAsync(Cancelled));
    }

    [Fact]
    public async Task A_list_that_comes_on_a_resumed_stream_is_edited_too()
    {
        Answer($"id: 3\ndata: {Sent}\n\n", "text/event-stream");

        using var response = await Request(HttpMethod.Get)
            .With("Mcp-Session-Id", await RawSession.OpenAsync(lists.Gateway, servers.Raw, _path, Servers.LimitedKey))
            .With("Last-Event-ID", "2").With("MCP-Protocol-Version", "2025-11-25")
            .SendAsync();

        Assert.Equal($"id: 3\ndata: {Kept}\n\n", await TextAsync(response));
    }

    [Fact]
    public async Task A_list_on_the_stream_of_an_HTTP_SSE_server_is_edited_too()
    {
        Answer($"event: endpoint\ndata: /{_path}?s=1\n\nevent: message\ndata: {Sent}\n\n", "text/event-stream");

        using var response = await Request(HttpMethod.Get).SendAsync();

        // The endpoint is sealed.
        var text = await TextAsync(response);
        Assert.StartsWith($"event: endpoint\ndata: /raw/{_path}?", text, StringComparison.Ordinal);
        Assert.EndsWith($"\n\nevent: message\ndata: {Kept}\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_in_the_answer_to_a_batch_are_edited()
    {
        Answer($$$"""[{"id":2,"result":{"content":[]}},{{{Sent}}}]""");
        var batch = $"[{RawCall.ToolCall("shown", "2")},{RawCall.WithMethod("tools/list")}]";

        using var response = await RawCall.Post(Url, batch, Servers.LimitedKey).SendAsync();

        Assert.Equal($$$"""[{"id":2,"result":{"content":[]}},{{{Kept}}}]""", await TextAsync(response));
    }

    [Theory]
    [InlineData("no JSON", "<html>")]
    [InlineData("cut", """{"id":1,"result":{"tools":[{"name":"hidden"}""")]
    [InlineData("two lists", """{"id":1,"result":{"tools":[],"tools":[{"name":"hidden"}]}}""")]
    [InlineData("another case", """{"id":1,"result":{"Tools":[{"name":"hidden"}]}}""")]
    public async Task A_list_that_cannot_be_read_is_refused(string what, string body)
    {
        Answer(body);

        using var response = await ListAsync();

        Assert.True(response.StatusCode is HttpStatusCode.BadGateway, what);
        var error = await response.ReadErrorAsync();
        Assert.Equal((-31502, "backend_refused", "1"), (error.Code, error.Reason, error.Id));
        Assert.DoesNotContain("hidden", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    public async Task A_list_in_an_encoding_is_refused(string mediaType)
    {
        servers.Raw.On($"/{_path}", async http =>
        {
            http.Response.ContentType = mediaType;
            http.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(http.Response.Body, CompressionMode.Compress);
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Sent));
        });

        using var response = await ListAsync();

        Assert.Equal((502, "backend_refused"), ((int)response.StatusCode, (await response.ReadErrorAsync()).Reason));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/vnd.list+json")]
    public async Task A_list_that_is_neither_JSON_nor_events_is_refused(string mediaType)
    {
        Answer(Sent, mediaType);

        using var response = await ListAsync();

        Assert.Equal((502, "backend_refused"), ((int)response.StatusCode, (await response.ReadErrorAsync()).Reason));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_list_that_is_too_long_is_refused(bool isLengthKnown)
    {
        const int BytesMax = 16 * 1024 * 1024;
        servers.Raw.On($"/{_path}", async http =>
        {
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = isLengthKnown ? BytesMax + 1 : null;
            var part = Encoding.UTF8.GetBytes(new string(' ', 1024 * 1024));
            try
            {
                for (var i = 0; i < 16; i++)
                {
                    await http.Response.Body.WriteAsync(part, http.RequestAborted);
                }

                await http.Response.Body.WriteAsync(" "u8.ToArray(), http.RequestAborted);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The gateway has seen enough.
            }
        });

        using var response = await ListAsync();

        Assert.Equal((502, "backend_refused"), ((int)response.StatusCode, (await response.ReadErrorAsync()).Reason));
    }

    [Fact]
    public async Task A_stream_is_torn_before_a_list_that_cannot_be_read()
    {
        const string First = "data: {\"method\":\"x\"}\n\n";
        var isSeen = new TaskCompletionSource();
        servers.Raw.On($"/{_path}", async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync(First);
            await http.Response.Body.FlushAsync();
            await isSeen.Task.WaitAsync(Deadline.Default);
            await http.Response.WriteAsync("data: {\"id\":1,\"result\":{\"tools\":[{\"name\":\"hidden\"}],\"tools\":[]}}\n\n");
            await http.Response.WriteAsync("data: never\n\n");
        });

        var reply = await Rpc.PostAsync(
            Url, Servers.LimitedKey, RawCall.WithMethod("tools/list"), [], () => isSeen.TrySetResult());

        Assert.Equal((First, false), (reply.Text, reply.IsWhole));
    }

    [Theory]
    [InlineData(404, "text/html", "<html>no such page</html>")]
    [InlineData(400, "application/json", """{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}""")]
    [InlineData(200, "application/json", """{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"cursor"}}""")]
    [InlineData(202, null, "")]
    public async Task An_answer_that_is_no_list_passes_as_it_came(int status, string? mediaType, string body)
    {
        Answer(body, mediaType, status);

        using var response = await ListAsync();

        Assert.Equal((status, body), ((int)response.StatusCode, await TextAsync(response)));
        Assert.Equal(mediaType, response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_no_whole_answer()
    {
        servers.Raw.On($"/{_path}", async http =>
        {
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = 1000;
            await http.Response.WriteAsync(Sent);
            await http.Response.Body.FlushAsync();
            http.Abort();
        });

        using var response = await ListAsync();

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.DoesNotContain("hidden", await TextAsync(response), StringComparison.Ordinal);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private Uri Url => new(lists.Gateway.Url, $"raw/{_path}");

    private void Answer(string body, string? mediaType = "application/json", int status = 200) =>
        servers.Raw.On($"/{_path}", async http =>
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = mediaType;
            http.Response.ContentLength = mediaType is "application/json" ? Encoding.UTF8.GetByteCount(body) : null;
            await http.Response.WriteAsync(body);
        });

    private Task<HttpResponseMessage> ListAsync(string key = Servers.LimitedKey) =>
        RawCall.Post(Url, RawCall.WithMethod("tools/list"), key).SendAsync();

    private Task<HttpResponseMessage> ListModernAsync(string key)
    {
        const string Meta = """{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}""";
        var body = $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{{{Meta}}}}}""";
        return RawCall.Post(Url, body, key)
            .With("MCP-Protocol-Version", "2026-07-28").With("Mcp-Method", "tools/list").SendAsync();
    }

    private HttpRequestMessage Request(HttpMethod method) => new HttpRequestMessage(method, Url)
        .With("X-Api-Key", Servers.LimitedKey)
        .With("Accept", "text/event-stream");

    private static Task<string> TextAsync(HttpResponseMessage response) =>
        response.Content.ReadAsStringAsync(Cancelled);
}
