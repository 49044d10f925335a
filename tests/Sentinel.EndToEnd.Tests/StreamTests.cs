using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public sealed class StreamTests(Servers servers)
{
    private readonly string _path = $"{Guid.NewGuid():n}";

    [Fact]
    public async Task Shows_the_headers_of_a_silent_stream_at_once()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        servers.Raw.On($"/{_path}", async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.StartAsync();
            await http.Response.Body.FlushAsync();
            await release.Task;
        });

        try
        {
            // Returns with the headers; the backend goes on only after that.
            using var response = await (await ToRawAsync()).SendAsync();

            Assert.Equal("text/event-stream", response.Header("Content-Type"));
        }
        finally
        {
            release.SetResult();
        }
    }

    [Fact]
    public async Task Shows_the_first_event_before_the_tool_ends()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        servers.Raw.On($"/{_path}", async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync("data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}\n\n");
            await http.Response.Body.FlushAsync();
            await release.Task;
            await http.Response.WriteAsync("data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n");
        });

        using var response = await (await ToRawAsync()).SendAsync();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        release.SetResult();
        var rest = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Contains("notifications/progress", first, StringComparison.Ordinal);
        Assert.Contains("\"result\":{}", rest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Route.Direct)]
    [InlineData(Route.Gateway)]
    public async Task Keeps_the_events_of_a_call_in_order(Route route)
    {
        var url = route is Route.Direct
            ? servers.Sample.McpUrl
            : new Uri((await servers.Gateway).Url, "sample/mcp");

        using var response = await RawCall.PostModern(url, "slow", """{"steps":50,"delayMs":0}""").SendAsync();

        var events = SseParser
            .Create(await response.Content.ReadAsStreamAsync())
            .EnumerateAsync(TestContext.Current.CancellationToken);
        var seen = new List<string>();
        await foreach (var item in events)
        {
            var message = JsonNode.Parse(item.Data)!;
            seen.Add(message["params"]?["progress"]?.ToJsonString() ?? "result");
        }

        Assert.Equal([.. Enumerable.Range(1, 50).Select(step => $"{step}"), "result"], seen);
    }

    private async Task<HttpRequestMessage> ToRawAsync() =>
        RawCall.Post(new Uri((await servers.Gateway).Url, $"raw/{_path}"), RawCall.ToolCall("echo"));
}
