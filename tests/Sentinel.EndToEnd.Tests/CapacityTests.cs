using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What one request, stream or connection too many meets, of one caller and of all together.</summary>
public sealed class CapacityTests(Servers servers) : IAsyncLifetime
{
    private const string OtherKey = "other-key-0123456789abcdef";

    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _path = $"capacity-{Guid.NewGuid():n}";
    private readonly List<IDisposable> _open = [];
    private GatewayProcess _gateway = null!;

    public ValueTask InitializeAsync()
    {
        servers.Raw.On($"/{_path}-held", async http =>
        {
            await _release.Task.WaitAsync(http.RequestAborted);
            await AnswerAsync(http);
        });
        servers.Raw.On($"/{_path}", AnswerAsync);
        servers.Raw.On($"/{_path}-stream", async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await _release.Task.WaitAsync(http.RequestAborted);
        });
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _open.ForEach(one => one.Dispose());
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task One_request_too_many_in_all_is_answered_503_leaves_no_row_and_stops_no_probe()
    {
        await StartAsync("""{ "Total": { "Requests": 2 } }""");
        Task<HttpResponseMessage>[] held = [await HoldAsync(), await HoldAsync(OtherKey)];

        using var refused = await CallAsync("");

        var error = await refused.ReadErrorAsync();
        Assert.Equal((503, -31503, "overloaded"), ((int)refused.StatusCode, error.Code, error.Reason));
        Assert.Equal("1", refused.Header("Retry-After"));
        Assert.Equal(200, (await Rpc.GetAsync(new Uri(_gateway.Url, "healthz/ready"))).Status);
        using (var stream = await ListenAsync())
        {
            Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
            Assert.Equal(2, await Rpc.MetricAsync(_gateway.ManagementUrl, "sentinel_requests_running"));
            Assert.Equal(1, await Rpc.MetricAsync(_gateway.ManagementUrl, "sentinel_streams_open"));
        }

        Assert.Equal(
            1, await Rpc.MetricAsync(_gateway.ManagementUrl, """sentinel_overloaded_total{limit="Requests"}"""));
        await _gateway.Process.WaitForLineAsync(
            line => line.Contains("Overloaded: 1 turned away", StringComparison.Ordinal));

        _release.SetResult();
        foreach (var answer in held)
        {
            using var response = await answer;
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await Eventually.TrueAsync(async () => (await StatusAsync("")) == 200, "there is room again");
        await Table.HasRowsAsync(3);
        Assert.All(await Table.RowsAsync(), row => Assert.Equal("success", row.Text("response_status")));
    }

    [Fact]
    public async Task One_stream_too_many_in_all_is_answered_503_and_calls_go_on()
    {
        await StartAsync("""{ "Total": { "Streams": 1 } }""");
        var first = await ListenAsync();

        using (var refused = await ListenAsync(OtherKey))
        {
            Assert.Equal((503, "overloaded"), ((int)refused.StatusCode, (await refused.ReadErrorAsync()).Reason));
        }

        Assert.Equal(200, await StatusAsync(""));
        first.Dispose();
        await Eventually.TrueAsync(
            async () =>
            {
                using var again = await ListenAsync(OtherKey);
                return again.IsSuccessStatusCode;
            },
            "the slot of a client that has left is another's");
    }

    [Fact]
    public async Task One_request_of_a_caller_too_many_is_answered_429_with_its_id_and_leaves_a_row()
    {
        await StartAsync("""{ "ConcurrentRequests": 1 }""");
        await HoldAsync();

        using var refused = await CallAsync("", body: RawCall.ToolCall("echo", "\"x\""));

        var error = await refused.ReadErrorAsync();
        Assert.Equal(
            (429, -31429, "concurrency_limited", "\"x\""),
            ((int)refused.StatusCode, error.Code, error.Reason, error.Id));
        Assert.Equal("1", refused.Header("Retry-After"));
        Assert.Equal(429, await StatusAsync("", RawCall.WithMethod("tools/list")));
        Assert.Equal(200, await StatusAsync("", key: OtherKey));
        await Table.HasRowsAsync(2);
        var row = Assert.Single(await Table.RowsAsync(), row => row.Text("response_status") == "denied");
        Assert.Equal(
            ("concurrency_limited", "limit ConcurrentRequests: 1", 429L, error.RequestId),
            (row.Text("reason"), row.Text("decision"), row.Number("http_status"), row.Text("request_id")));
        Assert.Equal(
            2,
            await Rpc.MetricAsync(
                _gateway.ManagementUrl,
                """sentinel_rate_limited_total{backend="raw",limit="ConcurrentRequests",reason="concurrency_limited"}"""));
    }

    [Fact]
    public async Task Streams_of_a_caller_are_limited_by_caller_whichever_way_they_were_opened()
    {
        await StartAsync("""{ "ConcurrentRequests": 1, "ConcurrentStreams": 2, "Total": { "Requests": 1 } }""");
        using var first = await ListenAsync();
        using var subscription = await SubscribeAsync();
        Assert.Equal((200, 200), ((int)first.StatusCode, (int)subscription.StatusCode));

        using var refused = await ListenAsync();
        using var alsoRefused = await SubscribeAsync();

        Assert.Equal((429, "concurrency_limited"), ((int)refused.StatusCode, (await refused.ReadErrorAsync()).Reason));
        var error = await alsoRefused.ReadErrorAsync();
        Assert.Equal((429, "concurrency_limited", "1"), ((int)alsoRefused.StatusCode, error.Reason, error.Id));

        // A subscription is no request under way: it leaves that slot to calls.
        Assert.Equal(200, await StatusAsync(""));
        using var others = await ListenAsync(OtherKey);
        Assert.Equal(HttpStatusCode.OK, others.StatusCode);
    }

    [Fact]
    public async Task Without_limits_nothing_is_turned_away()
    {
        await StartAsync("{}");
        for (var i = 0; i < 20; i++)
        {
            await HoldAsync();
            _open.Add(await ListenAsync());
        }

        Assert.Equal(200, await StatusAsync(""));
    }

    [Fact]
    public async Task A_reload_changes_what_there_is_room_for()
    {
        await StartAsync("""{ "Total": { "Requests": 1 } }""");
        await HoldAsync();
        Assert.Equal(503, await StatusAsync(""));

        await File.WriteAllTextAsync(
            _gateway.ConfigPath, Config("""{ "Total": { "Requests": 2 } }""").ToJson(), TestContext.Current.CancellationToken);
        await _gateway.Process.WaitForLineAsync(
            line => line.Contains("Configuration version 2 is in force", StringComparison.Ordinal));

        Assert.Equal(200, await StatusAsync(""));
    }

    [Fact]
    public async Task One_connection_too_many_is_closed_and_operators_get_through()
    {
        await StartAsync("""{ "Total": { "Connections": 3 } }""");
        for (var i = 0; i < 3; i++)
        {
            _open.Add(await ConnectAsync());
        }

        await Eventually.TrueAsync(
            async () => await Rpc.MetricAsync(_gateway.ManagementUrl, "sentinel_connections_open") == 3, "3 are open");

        using (var refused = await ConnectAsync())
        {
            Assert.True(await IsClosedAsync(refused));
        }

        Assert.Equal(200, (await Rpc.GetAsync(new Uri(_gateway.ManagementUrl, "healthz/ready"))).Status);
        Assert.Equal(
            1, await Rpc.MetricAsync(_gateway.ManagementUrl, """sentinel_overloaded_total{limit="Connections"}"""));
        _open[0].Dispose();
        await Eventually.TrueAsync(
            async () => await Rpc.MetricAsync(_gateway.ManagementUrl, "sentinel_connections_open") == 2, "2 are open");
        Assert.Equal(200, await StatusAsync(""));
    }

    [Theory]
    [InlineData("{}", 20_000, 200)]
    [InlineData("{}", 40_000, 431)]
    [InlineData("""{ "MaxRequestHeaderBytes": 65536 }""", 40_000, 200)]
    [InlineData("""{ "MaxRequestHeaderBytes": 16384 }""", 20_000, 431)]
    public async Task Headers_are_as_long_as_they_may_be(string limits, int bytes, int status)
    {
        await StartAsync(limits);

        // A cookie, because that goes no further than the gateway: its backend has a limit of its own.
        var answer = await RawHttp1.SendAsync(
            _gateway.Url,
            $"POST /raw/{_path} HTTP/1.1",
            ["Host: localhost", $"X-Api-Key: {Servers.TesterKey}", "Content-Type: application/json", $"Cookie: {new string('x', bytes)}"],
            RawCall.ToolCall("echo"));

        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task A_body_that_comes_by_drops_is_given_up()
    {
        await StartAsync("{}");
        using var client = await ConnectAsync();
        await client.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /raw/{_path} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: {Servers.TesterKey}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"));

        Assert.True(await IsClosedAsync(client));
        Assert.DoesNotContain(servers.Raw.Requests, request => request.Path == $"/{_path}");
    }

    [Fact]
    public async Task Connections_are_probed_so_that_clients_that_vanished_are_noticed()
    {
        await StartAsync("{}");
        using var client = await ConnectAsync();
        var port = ((IPEndPoint)client.LocalEndPoint!).Port;

        // The kernel's table: local address, remote address, state, queues, and the timer that runs: 02 is keep-alive.
        await Eventually.TrueAsync(
            () => File.ReadLines("/proc/net/tcp").Skip(1)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Any(fields => fields[1].EndsWith($":{_gateway.Url.Port:X4}", StringComparison.Ordinal)
                    && fields[2].EndsWith($":{port:X4}", StringComparison.Ordinal)
                    && fields[5].StartsWith("02:", StringComparison.Ordinal)),
            "the gateway's side has a keep-alive timer");
    }

    private AuditTable Table => AuditTable.OfFile(Path.Combine(_gateway.Folder, "audit.db"));

    private async Task StartAsync(string limits) => _gateway = await GatewayProcess.StartAsync(Config(limits));

    private ProxyConfig Config(string limits)
    {
        var config = new ProxyConfig()
            .Backend("raw", servers.Raw.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .ApiKey("other", OtherKey, "tester")
            .Role("tester", allow: ["*"])
            .AuditToSqlite("audit.db");
        config.Sentinel["Limits"] = JsonNode.Parse(limits);
        return config;
    }

    // A call that the backend has and does not answer yet.
    private async Task<Task<HttpResponseMessage>> HoldAsync(string key = Servers.TesterKey)
    {
        var before = Held();
        var answer = CallAsync("-held", key);
        await Eventually.TrueAsync(() => Held() > before, "the backend has the call");
        return answer;

        int Held() => servers.Raw.Requests.Count(request => request.Path == $"/{_path}-held");
    }

    private async Task<int> StatusAsync(string path, string? body = null, string key = Servers.TesterKey)
    {
        using var response = await CallAsync(path, key, body);
        return (int)response.StatusCode;
    }

    private Task<HttpResponseMessage> CallAsync(string path, string key = Servers.TesterKey, string? body = null) =>
        RawCall.Post(new Uri(_gateway.Url, $"raw/{_path}{path}"), body ?? RawCall.ToolCall("echo"), key).SendAsync();

    private Task<HttpResponseMessage> ListenAsync(string key = Servers.TesterKey)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_gateway.Url, $"raw/{_path}-stream"));
        return request.With("X-Api-Key", key).SendAsync();
    }

    private Task<HttpResponseMessage> SubscribeAsync()
    {
        const string Body = """
            {"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"_meta":{
            "io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}
            """;
        return RawCall.Post(new Uri(_gateway.Url, $"raw/{_path}-stream"), Body)
            .With("MCP-Protocol-Version", "2026-07-28")
            .With("Mcp-Method", "subscriptions/listen")
            .SendAsync();
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_gateway.Url.Host, _gateway.Url.Port, TestContext.Current.CancellationToken);
        return socket;
    }

    // Whatever it says before that.
    private static async Task<bool> IsClosedAsync(Socket socket)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer).WaitAsync(Deadline.Default) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset, which is closed too.
        }

        return true;
    }

    private static Task AnswerAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync("""{"jsonrpc":"2.0","id":1,"result":{"content":[]}}""");
    }
}
