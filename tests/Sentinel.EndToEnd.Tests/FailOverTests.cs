using System.Text;
using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Another destination is tried where one took no connection, and never where it may have got a byte.</summary>
public sealed class FailOverTests
{
    // By the first letter: a is always tried before b.
    private const string AFirst = """{ "LoadBalancingPolicy": "FirstAlphabetical" }""";
    private const string FailedOver = "sentinel_backend_failed_over_total";

    [Fact]
    public async Task Behind_a_destination_that_refuses_every_call_succeeds_once_under_one_id_row_and_token()
    {
        await using var two = await TwoDestinations.StartAsync(
            AFirst, limits: """{ "ToolCallsPerMinute": { "PerTool": { "x/*": 20 } }, "ConcurrentCalls": 20 }""");
        await two.NetworkOfA.RefuseAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => two.CallAsync()));

        Assert.All(replies, reply => Assert.Equal((200, TwoDestinations.Result), (reply.Status, reply.Text)));
        Assert.Equal(429, (await two.CallAsync()).Status);
        Assert.Equal(20, await two.MetricAsync(FailedOver));
        Assert.Equal(20, two.B.Requests.Count);
        two.AssertNothingRanTwice();
        await two.Table.HasRowsAsync(21);
        var rows = await two.Table.RowsAsync();
        Assert.Equal(21, rows.Count);
        Assert.Equal(20, rows.Count(row => row.Text("response_status") == "success"));
        var ids = replies.Select(reply => reply.RequestId).Order().ToList();
        Assert.Equal(
            ids, rows.Where(row => row.Text("response_status") == "success").Select(row => row.Text("request_id")).Order());
        Assert.Equal(ids, two.B.Requests.Select(request => request.Headers["Sentinel-Request-Id"].ToString()).Order());
    }

    [Fact]
    public async Task Switched_off_the_call_fails()
    {
        await using var two = await TwoDestinations.StartAsync(AFirst, """{ "FailOver": false }""");
        await two.NetworkOfA.RefuseAsync();

        var reply = await two.CallAsync();

        Assert.Equal(502, reply.Status);
        Assert.Contains("backend_unreachable", reply.Text, StringComparison.Ordinal);
        Assert.Empty(two.B.Requests);
    }

    [Theory]
    [InlineData("\"ConnectSeconds\": 1")]
    [InlineData("\"FirstByteSeconds\": 2")]
    public async Task Where_a_connection_is_not_taken_in_time_another_destination_is_tried(string limit)
    {
        using var hole = new ConnectionHole();
        await using var b = await ScriptedBackend.StartAsync(TwoDestinations.AnswerAsync);
        var config = new ProxyConfig().Backend("x", hole.Url, b.Url).ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*"]);
        config.ReverseProxy["Clusters"]!["x"]!["LoadBalancingPolicy"] = "FirstAlphabetical";
        config.Sentinel["Backends"] = JsonNode.Parse($$"""{ "x": { {{limit}} } }""");
        await using var gateway = await GatewayProcess.StartAsync(config);

        var reply = await Rpc.CallAsync(new Uri(gateway.Url, "x/mcp"), Servers.TesterKey, "count");

        Assert.Equal(200, reply.Status);
        Assert.Single(b.Requests);
    }

    [Theory]
    [InlineData("https://A/")]
    [InlineData("http://nowhere.invalid/")]
    public async Task Where_there_is_no_TLS_or_no_such_host_another_destination_is_tried(string address)
    {
        await using var a = await ScriptedBackend.StartAsync(TwoDestinations.AnswerAsync);
        await using var b = await ScriptedBackend.StartAsync(TwoDestinations.AnswerAsync);
        var first = new Uri(address.Replace("A", a.Url.Authority, StringComparison.Ordinal));
        var config = new ProxyConfig().Backend("x", first, b.Url).ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*"]);
        config.ReverseProxy["Clusters"]!["x"]!["LoadBalancingPolicy"] = "FirstAlphabetical";
        await using var gateway = await GatewayProcess.StartAsync(config);

        var reply = await Rpc.CallAsync(new Uri(gateway.Url, "x/mcp"), Servers.TesterKey, "count");

        Assert.Equal(200, reply.Status);
        Assert.Empty(a.Requests);
        Assert.Single(b.Requests);
    }

    [Fact]
    public async Task A_destination_that_is_taken_out_of_the_file_gets_nothing_and_has_no_state_any_more()
    {
        await using var a = await ScriptedBackend.StartAsync(TwoDestinations.AnswerAsync);
        await using var b = await ScriptedBackend.StartAsync(TwoDestinations.AnswerAsync);
        await using var gateway = await GatewayProcess.StartAsync(Config(a.Url, b.Url));
        Assert.Contains("destination=\"b\"", await MetricsAsync(), StringComparison.Ordinal);

        await File.WriteAllTextAsync(gateway.ConfigPath, Config(a.Url).ToJson());
        await gateway.Process.WaitForLineAsync(
            line => line.Contains("Configuration version 2 is in force", StringComparison.Ordinal));

        Assert.Equal(200, (await Rpc.CallAsync(new Uri(gateway.Url, "x/mcp"), Servers.TesterKey, "count")).Status);
        Assert.Empty(b.Requests);
        var metrics = await MetricsAsync();
        Assert.Contains("sentinel_backend_healthy{backend=\"x\",destination=\"a\"} 1", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("destination=\"b\"", metrics, StringComparison.Ordinal);

        static ProxyConfig Config(params Uri[] addresses) =>
            new ProxyConfig().Backend("x", addresses).ApiKey("tester", Servers.TesterKey, "tester")
                .Role("tester", allow: ["*"]);

        async Task<string> MetricsAsync() => (await Rpc.GetAsync(new Uri(gateway.ManagementUrl, "metrics"))).Body;
    }

    [Fact]
    public async Task Where_all_refuse_the_call_fails_once_and_is_recorded_once()
    {
        await using var two = await TwoDestinations.StartAsync(AFirst);
        await two.NetworkOfA.RefuseAsync();
        await two.B.DisposeAsync();

        var reply = await two.CallAsync();

        Assert.Equal(502, reply.Status);
        await two.Table.HasRowsAsync(1);
        var row = Assert.Single(await two.Table.RowsAsync());
        Assert.Equal(
            ("backend_unreachable", reply.RequestId), (row.Text("reason"), row.Text("request_id")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_of_which_a_byte_has_left_is_not_tried_again(bool isOnOldConnection)
    {
        await using var two = await TwoDestinations.StartAsync(AFirst);
        if (isOnOldConnection)
        {
            // A connection from before may turn out dead when the call is written to it.
            await two.CallAsync();
        }

        two.LetA(http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });

        var reply = await two.CallAsync();

        Assert.Equal(502, reply.Status);
        Assert.Empty(two.B.Requests);
        Assert.Equal(0, await two.MetricAsync(FailedOver));
        two.AssertNothingRanTwice();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300_000)]
    public async Task The_whole_body_arrives_at_the_second_destination_whatever_its_size(int characters)
    {
        await using var two = await TwoDestinations.StartAsync(AFirst);
        await two.NetworkOfA.RefuseAsync();
        var arguments = $$"""{"text":"{{new string('x', characters)}}"}""";

        var reply = await Rpc.CallAsync(new Uri(two.Gateway.Url, "x/mcp"), Servers.TesterKey, "count", arguments);

        Assert.Equal(200, reply.Status);
        Assert.Equal(Rpc.Body(Rpc.Params("count", arguments)), Encoding.UTF8.GetString(two.B.Requests[0].Body));
    }

    [Fact]
    public async Task A_session_stays_with_its_destination_though_that_refuses_and_goes_on_when_it_is_back()
    {
        await using var two = await TwoDestinations.StartAsync(AFirst);
        two.LetA(http =>
        {
            http.Response.Headers["Mcp-Session-Id"] = "of-a";
            return TwoDestinations.AnswerAsync(http);
        });
        string session;
        using (var opened = await RawCall.Post(new Uri(two.Gateway.Url, "x/mcp"), RawCall.WithMethod("initialize")).SendAsync())
        {
            session = opened.Header("Mcp-Session-Id")!;
        }

        await two.NetworkOfA.RefuseAsync();
        foreach (var method in new[] { "POST", "GET", "DELETE" })
        {
            using var refused = await InSessionAsync(method);
            Assert.Equal(502, (int)refused.StatusCode);
            Assert.Equal("backend_unreachable", (await refused.ReadErrorAsync()).Reason);
        }

        Assert.Empty(two.B.Requests);
        two.NetworkOfA.Accept();
        using var again = await InSessionAsync("POST");
        Assert.Equal(200, (int)again.StatusCode);
        Assert.Equal("of-a", two.A.Requests[^1].Headers["Mcp-Session-Id"]);

        Task<HttpResponseMessage> InSessionAsync(string method) =>
            RawCall.Request(new HttpMethod(method), new Uri(two.Gateway.Url, "x/mcp"))
                .With("Mcp-Session-Id", session).SendAsync();
    }
}
