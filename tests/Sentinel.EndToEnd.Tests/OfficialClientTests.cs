using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public sealed class OfficialClientTests(Servers servers)
{
    public static TheoryData<Era, Answers, Route> Ways { get; } =
    [
        .. from era in Enum.GetValues<Era>()
        from answers in Enum.GetValues<Answers>()
        from route in Enum.GetValues<Route>()
        select new TheoryDataRow<Era, Answers, Route>(era, answers, route),
    ];

    public static TheoryData<Era, Route> WaysWithEventStreams { get; } =
    [
        .. from era in Enum.GetValues<Era>()
        from route in Enum.GetValues<Route>()
        select new TheoryDataRow<Era, Route>(era, route),
    ];

    public static TheoryData<Era, Answers> Servings { get; } =
    [
        .. from era in Enum.GetValues<Era>()
        from answers in Enum.GetValues<Answers>()
        select new TheoryDataRow<Era, Answers>(era, answers),
    ];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Finds_every_tool(Era era, Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, answers, route);

        var tools = await client.Mcp.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["add", "big", "echo", "fail", "slow", "throw"], tools.Select(tool => tool.Name).Order());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Gets_the_result_of_the_tool_it_called(Era era, Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, answers, route);

        var echo = await CallAsync(client, "echo", new() { ["text"] = "Grüße" });
        var sum = await CallAsync(client, "add", new() { ["a"] = 19, ["b"] = 23 });

        Assert.Equal("Grüße", Text(echo));
        Assert.Equal(42, sum.StructuredContent?.GetProperty("total").GetDouble());
        Assert.Equal(["echo started", "echo ok", "add started", "add ok"], await OutcomesAsync(client));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Can_tell_a_failing_tool_from_a_protocol_error(Era era, Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, answers, route);

        var failed = await CallAsync(client, "fail", new() { ["text"] = "no luck" });
        var thrown = await Assert.ThrowsAsync<McpProtocolException>(() => CallAsync(client, "throw", []));

        Assert.True(failed.IsError);
        Assert.Equal("no luck", Text(failed));
        Assert.Equal(McpErrorCode.InternalError, thrown.ErrorCode);
        Assert.Contains("Thrown on purpose.", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(WaysWithEventStreams))]
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

        Assert.Equal("3 steps", Text(result));
        // The client handles notifications side by side, so their order is StreamTests' to prove, on the wire.
        await Eventually.HoldsAsync(() => Task.FromResult(progress.Values.Count == 3));
        Assert.Equal([1, 2, 3], progress.Values.Order());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Receives_a_megabyte_unchanged(Era era, Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, answers, route);

        var result = await CallAsync(client, "big", new() { ["bytes"] = 1 << 20 });

        var expected = string.Create(1 << 20, 0, (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = (char)('a' + (i % 26));
            }
        });
        Assert.True(string.Equals(expected, Text(result), StringComparison.Ordinal), "The text differs.");
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
        await Eventually.HoldsAsync(async () => await OutcomesAsync(client) is ["slow started"]);

        await givingUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Eventually.HoldsAsync(async () => await OutcomesAsync(client) is ["slow started", "slow cancelled"]);
    }

    // The client sends no such notification by itself when a call's token is cancelled over Streamable HTTP: it only
    // closes the stream, which in this era is no cancellation (modelcontextprotocol/csharp-sdk#1365).
    [Theory]
    [InlineData(Answers.Sse, Route.Direct)]
    [InlineData(Answers.Json, Route.Direct)]
    [InlineData(Answers.Sse, Route.Gateway)]
    [InlineData(Answers.Json, Route.Gateway)]
    public async Task Ends_the_running_tool_by_notification_in_the_legacy_era(Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, Era.Legacy, answers, route);
        using var givingUp = new CancellationTokenSource();
        var request = EndlessCall();
        var call = client.Mcp.SendRequestAsync(request, givingUp.Token);
        await Eventually.HoldsAsync(async () => await OutcomesAsync(client) is ["slow started"]);

        await client.Mcp.SendNotificationAsync(
            NotificationMethods.CancelledNotification,
            new CancelledNotificationParams { RequestId = request.Id },
            cancellationToken: TestContext.Current.CancellationToken
        );

        await Eventually.HoldsAsync(async () => await OutcomesAsync(client) is ["slow started", "slow cancelled"]);
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
        await CallAsync(client, "echo", new() { ["text"] = "x" });
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
        await CallAsync(client, "echo", new() { ["text"] = "x" });

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
    [MemberData(nameof(Servings))]
    public async Task Observes_through_the_gateway_what_it_observes_without(Era era, Answers answers)
    {
        await using var direct = await OfficialClient.ConnectAsync(servers, era, answers, Route.Direct);
        await using var through = await OfficialClient.ConnectAsync(servers, era, answers, Route.Gateway);

        var expected = await Transcript.RecordAsync(direct.Mcp);
        var actual = await Transcript.RecordAsync(through.Mcp);

        Assert.Equal(expected, actual);
        Assert.Equal(await OutcomesAsync(direct), await OutcomesAsync(through));
    }

    private static Task<CallToolResult> CallAsync(
        OfficialClient client,
        string tool,
        Dictionary<string, object?> arguments
    ) => client.Mcp.CallToolAsync(tool, arguments, cancellationToken: TestContext.Current.CancellationToken).AsTask();

    private static JsonRpcRequest EndlessCall() =>
        new()
        {
            Id = new RequestId("endless"),
            Method = RequestMethods.ToolsCall,
            Params = JsonNode.Parse("""{"name":"slow","arguments":{"steps":1,"delayMs":600000}}"""),
        };

    private static async Task<string[]> OutcomesAsync(OfficialClient client) =>
        [.. (await client.CallsAsync()).Select(call => $"{call.Tool} {call.Outcome}")];

    private static string Text(CallToolResult result) =>
        Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;

    // Not Progress<T>, which posts each report to the thread pool and so may reorder them.
    private sealed class Reports : IProgress<ProgressNotificationValue>
    {
        public ConcurrentQueue<float> Values { get; } = new();

        public void Report(ProgressNotificationValue value) => Values.Enqueue(value.Progress);
    }
}
