using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public sealed class OfficialClientTests(Servers servers)
{
    [Theory]
    [MemberData(nameof(ClientWays.All), MemberType = typeof(ClientWays))]
    public async Task Finds_every_tool(Era era, Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, answers, route);

        var tools = await client.Mcp.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(
            ["add", "announce", "ask_model", "ask_user", "big", "echo", "fail", "list_roots", "poll", "slow", "throw"],
            tools.Select(tool => tool.Name).Order()
        );
    }

    [Theory]
    [MemberData(nameof(ClientWays.All), MemberType = typeof(ClientWays))]
    public async Task Gets_the_result_of_the_tool_it_called(Era era, Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, answers, route);

        var echo = await client.CallAsync("echo", new() { ["text"] = "Grüße" });
        var sum = await client.CallAsync("add", new() { ["a"] = 19, ["b"] = 23 });

        Assert.Equal("Grüße", OfficialClient.Text(echo));
        Assert.Equal(42, sum.StructuredContent?.GetProperty("total").GetDouble());
        Assert.Equal(["echo started", "echo ok", "add started", "add ok"], await client.OutcomesAsync());
    }

    [Theory]
    [MemberData(nameof(ClientWays.All), MemberType = typeof(ClientWays))]
    public async Task Can_tell_a_failing_tool_from_a_protocol_error(Era era, Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, answers, route);

        var failed = await client.CallAsync("fail", new() { ["text"] = "no luck" });
        var thrown = await Assert.ThrowsAsync<McpProtocolException>(() => client.CallAsync("throw", []));

        Assert.True(failed.IsError);
        Assert.Equal("no luck", OfficialClient.Text(failed));
        Assert.Equal(McpErrorCode.InternalError, thrown.ErrorCode);
        Assert.Contains("Thrown on purpose.", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ClientWays.WithEventStreams), MemberType = typeof(ClientWays))]
    public async Task Hears_of_every_step_of_a_slow_tool(Era era, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, Answers.Sse, route);
        var progress = new Reports();

        var result = await client.Mcp.CallToolAsync(
            "slow",
            new Dictionary<string, object?> { ["steps"] = 3, ["delayMs"] = 200 },
            progress,
            cancellationToken: TestContext.Current.CancellationToken
        );

        Assert.Equal("3 steps", OfficialClient.Text(result));
        // The client handles notifications side by side, so their order is StreamTests' to prove, on the wire.
        await Eventually.HoldsAsync(() => Task.FromResult(progress.Values.Count == 3));
        Assert.Equal([1, 2, 3], progress.Values.Order());
    }

    [Theory]
    [MemberData(nameof(ClientWays.All), MemberType = typeof(ClientWays))]
    public async Task Receives_a_megabyte_unchanged(Era era, Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, answers, route);

        var result = await client.CallAsync("big", new() { ["bytes"] = 1 << 20 });

        var expected = string.Create(1 << 20, 0, (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = (char)('a' + (i % 26));
            }
        });
        var isSame = string.Equals(expected, OfficialClient.Text(result), StringComparison.Ordinal);
        Assert.True(isSame, "The text differs.");
    }

    [Theory]
    [InlineData(Answers.Sse, Route.Direct)]
    [InlineData(Answers.Json, Route.Direct)]
    [InlineData(Answers.Sse, Route.Gateway)]
    [InlineData(Answers.Json, Route.Gateway)]
    public async Task Ends_the_running_tool_by_closing_the_stream_in_the_modern_era(Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, Era.Modern, answers, route);
        using var givingUp = new CancellationTokenSource();
        var call = client.Mcp.SendRequestAsync(EndlessCall(), givingUp.Token);
        await Eventually.HoldsAsync(async () => await client.OutcomesAsync() is ["slow started"]);

        await givingUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Eventually.HoldsAsync(async () => await client.OutcomesAsync() is ["slow started", "slow cancelled"]);
    }

    // The client sends no such notification by itself when a call's token is cancelled over Streamable HTTP: it only
    // closes the stream, which in this era is no cancellation (modelcontextprotocol/csharp-sdk#1365).
    [Theory]
    [MemberData(nameof(ClientWays.WithSessions), MemberType = typeof(ClientWays))]
    public async Task Ends_the_running_tool_by_notification_before_the_modern_era(
        Era era,
        Answers answers,
        Route route
    )
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, answers, route);
        using var givingUp = new CancellationTokenSource();
        var request = EndlessCall();
        var call = client.Mcp.SendRequestAsync(request, givingUp.Token);
        await Eventually.HoldsAsync(async () => await client.OutcomesAsync() is ["slow started"]);

        await client.Mcp.SendNotificationAsync(
            NotificationMethods.CancelledNotification,
            new CancelledNotificationParams { RequestId = request.Id },
            cancellationToken: TestContext.Current.CancellationToken
        );

        await Eventually.HoldsAsync(async () => await client.OutcomesAsync() is ["slow started", "slow cancelled"]);
        await givingUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Theory]
    [InlineData(Answers.Sse, Route.Direct)]
    [InlineData(Answers.Json, Route.Direct)]
    [InlineData(Answers.Sse, Route.Gateway)]
    [InlineData(Answers.Json, Route.Gateway)]
    public async Task Keeps_one_session_and_ends_it_in_the_legacy_era(Answers answers, Route route)
    {
        var client = await OfficialClient.ConnectAsync(servers, Era.Legacy, answers, route);
        await client.CallAsync("echo", new() { ["text"] = "x" });
        await Eventually.HoldsAsync(async () => (await client.RequestsAsync()).Any(request => request.Method == "GET"));

        await client.DisposeAsync();

        var requests = await client.RequestsAsync();
        Assert.Equal("DELETE", requests[^1].Method);
        Assert.Null(requests[0].Header("Mcp-Session-Id"));
        Assert.NotNull(Assert.Single(requests.Skip(1).Select(request => request.Header("Mcp-Session-Id")).Distinct()));
    }

    [Theory]
    [InlineData(Era.Modern, Route.Direct)]
    [InlineData(Era.Detected, Route.Direct)]
    [InlineData(Era.Modern, Route.Gateway)]
    [InlineData(Era.Detected, Route.Gateway)]
    public async Task Needs_no_session_in_the_modern_era(Era era, Route route)
    {
        var client = await OfficialClient.ConnectAsync(servers, era, Answers.Sse, route);
        await client.CallAsync("echo", new() { ["text"] = "x" });

        await client.DisposeAsync();

        Assert.Null(client.Mcp.SessionId);
        Assert.All(await client.RequestsAsync(), request =>
        {
            Assert.Equal("POST", request.Method);
            Assert.Equal("2026-07-28", request.Header("MCP-Protocol-Version"));
            Assert.Null(request.Header("Mcp-Session-Id"));
        });
    }

    [Theory]
    [MemberData(nameof(ClientWays.ThroughTheGateway), MemberType = typeof(ClientWays))]
    public async Task Observes_through_the_gateway_what_it_observes_without(Era era, Answers answers)
    {
        await using var direct = await OfficialClient.ConnectAsync(servers, era, answers, Route.Direct);
        await using var through = await OfficialClient.ConnectAsync(servers, era, answers, Route.Gateway);

        var expected = await Transcript.RecordAsync(direct);
        var actual = await Transcript.RecordAsync(through);

        Assert.Equal(expected, actual);
        Assert.Equal(await direct.OutcomesAsync(), await through.OutcomesAsync());
    }

    private static JsonRpcRequest EndlessCall() =>
        new()
        {
            Id = new RequestId("endless"),
            Method = RequestMethods.ToolsCall,
            Params = JsonNode.Parse("""{"name":"slow","arguments":{"steps":1,"delayMs":600000}}"""),
        };

    // Not Progress<T>, which posts each report to the thread pool and so may reorder them.
    private sealed class Reports : IProgress<ProgressNotificationValue>
    {
        public ConcurrentQueue<float> Values { get; } = new();

        public void Report(ProgressNotificationValue value) => Values.Enqueue(value.Progress);
    }
}
