using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Clients that are refused, and send or read so slowly that they would hold what others need.</summary>
public sealed class SlowClientTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ScriptedBackend _backend = null!;
    private GatewayProcess _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _backend = await ScriptedBackend.StartAsync(TwoDestinations.AnswerAsync);
        _backend.On("/held", async http =>
        {
            await _release.Task.WaitAsync(http.RequestAborted);
            await TwoDestinations.AnswerAsync(http);
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _backend.DisposeAsync();
    }

    [Fact]
    public async Task A_refused_caller_whose_body_comes_by_drops_is_answered_soon_and_leaves_no_row()
    {
        await StartAsync("""{ "ConcurrentRequests": 1 }""");
        var held = CallAsync("held");
        await Eventually.TrueAsync(() => _backend.Requests.Count > 0, "the backend has the call");
        using var client = await ConnectAsync();
        await SendAsync(client, $"POST /raw/mcp HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: {Servers.TesterKey}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 4000000\r\n\r\n{");

        using var answered = new CancellationTokenSource();
        var dripping = DripAsync(client, answered.Token);
        var buffer = new byte[4096];
        var read = await client.ReceiveAsync(buffer).WaitAsync(Deadline.Default, TestContext.Current.CancellationToken);

        await answered.CancelAsync();
        await dripping;
        Assert.StartsWith("HTTP/1.1 429", Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => await RunningAsync() == 1, "the refused call holds nothing");
        Assert.DoesNotContain(_gateway.Process.Lines, line => line.Contains("Microsoft", StringComparison.Ordinal));
        _release.SetResult();
        Assert.Equal(200, (await held).Status);
        var table = AuditTable.OfFile(Path.Combine(_gateway.Folder, "audit.db"));
        await table.HasRowsAsync(1);
        Assert.Equal("success", Assert.Single(await table.RowsAsync()).Text("response_status"));
    }

    [Fact]
    public async Task A_request_of_no_session_whose_body_comes_by_drops_is_answered_soon()
    {
        await StartAsync("{}");
        using var client = await ConnectAsync();
        await SendAsync(client, $"POST /raw/mcp HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: {Servers.TesterKey}\r\n"
            + "Content-Type: application/json\r\nMcp-Session-Id: unknown\r\nContent-Length: 4000000\r\n\r\n{");

        using var over = new CancellationTokenSource();
        var dripping = DripAsync(client, over.Token);
        var buffer = new byte[4096];
        var read = await client.ReceiveAsync(buffer).WaitAsync(Deadline.Default, TestContext.Current.CancellationToken);

        Assert.StartsWith("HTTP/1.1 404", Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => await RunningAsync() == 0, "it holds nothing");
        Assert.DoesNotContain(_gateway.Process.Lines, line => line.Contains("Microsoft", StringComparison.Ordinal));
        await over.CancelAsync();
        await dripping;
    }

    [Fact]
    public async Task Strangers_that_do_not_read_their_refusals_hold_nothing_for_long()
    {
        await StartAsync("{}");
        using var client = await ConnectAsync();
        var text = string.Concat(Enumerable.Repeat(
            "POST /raw/mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 500));

        await SendUntilClosedAsync(client, text)
            .WaitAsync(2 * Deadline.Default, TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(async () => await RunningAsync() == 0, "they hold nothing");
    }

    private async Task StartAsync(string limits)
    {
        var config = new ProxyConfig()
            .Backend("raw", _backend.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*"])
            .AuditToSqlite("audit.db");
        config.Sentinel["Limits"] = JsonNode.Parse(limits);
        _gateway = await GatewayProcess.StartAsync(config);
    }

    private Task<Reply> CallAsync(string path) =>
        Rpc.CallAsync(new Uri(_gateway.Url, $"raw/{path}"), Servers.TesterKey, "echo");

    private Task<long> RunningAsync() => Rpc.MetricAsync(_gateway.ManagementUrl, "sentinel_requests_running");

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(_gateway.Url.Host, _gateway.Url.Port, TestContext.Current.CancellationToken);
        return socket;
    }

    private static Task<int> SendAsync(Socket socket, string text) => socket.SendAsync(Encoding.ASCII.GetBytes(text));

    // Faster than bodies must come, and far too slow to end.
    private static async Task DripAsync(Socket socket, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await socket.SendAsync(new byte[200]);
                await timer.WaitForNextTickAsync(CancellationToken.None);
            }
        }
        catch (SocketException)
        {
            // Closed by the other side.
        }
    }

    private static async Task SendUntilClosedAsync(Socket socket, string text)
    {
        try
        {
            while (true)
            {
                await SendAsync(socket, text);
            }
        }
        catch (SocketException)
        {
            // Closed by the other side.
        }
    }
}
