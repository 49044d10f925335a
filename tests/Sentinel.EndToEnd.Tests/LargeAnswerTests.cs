using System.Net.Sockets;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Answers larger than what a gateway may keep of them.</summary>
[Collection(nameof(HeavyLoad))]
public sealed class LargeAnswerTests : IAsyncLifetime
{
    private const int Megabyte = 1 << 20;

    /// <summary>A third of the smallest answer that would have to be kept.</summary>
    private const long GrowthBytesMax = 32 * Megabyte;

    private ScriptedBackend _backend = null!;
    private GatewayProcess _gateway = null!;

    public static TheoryData<string> Shapes { get; } = ["a single JSON body of 100 MB", "a stream of 100,000 events"];

    public async ValueTask InitializeAsync()
    {
        _backend = await ScriptedBackend.StartAsync();
        _gateway = await GatewayProcess.StartAsync(
            new ProxyConfig()
                .Backend("raw", _backend.Url)
                .ApiKey("tester", Servers.TesterKey, "tester")
                .Role("tester", allow: ["*", "prompt:*", "resource:*"])
                .AuditToSqlite("audit.db")
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _backend.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Passes_unchanged_and_is_never_kept(string shape)
    {
        var answer = shape.Contains("JSON", StringComparison.Ordinal)
            ? LargeAnswer.Json(100 * Megabyte)
            : LargeAnswer.Events(100_000);
        var memory = new ProcessMemory(_gateway.Process.Id);
        await CallAsync(LargeAnswer.Json(Megabyte), "warm-up");
        memory.ForgetPeak();
        var peakBefore = memory.PeakBytes;

        var received = await CallAsync(answer, "large");

        var growth = memory.PeakBytes - peakBefore;
        Assert.Equal(await answer.Sent, received);
        Assert.True(growth < GrowthBytesMax, $"The gateway grew by {growth} bytes while {received.Bytes} passed.");
        var row = await RowAsync("large");
        Assert.Equal(("success", received.Bytes), (row.Text("response_status"), row.Number("response_bytes")));
    }

    [Fact]
    public async Task Waits_in_the_backend_while_the_client_does_not_read_however_long_it_pauses()
    {
        const long BytesOnTheWayMax = 32 * Megabyte;
        // Longer than Kestrel's grace for slow readers. Its patience grows with what was sent before, to many minutes
        // here, so this says nothing of a client that sleeps for hours.
        var pause = TimeSpan.FromSeconds(8);
        var answer = LargeAnswer.Json(200 * Megabyte);
        var memory = new ProcessMemory(_gateway.Process.Id);
        await CallAsync(LargeAnswer.Json(Megabyte), "warm-up");
        memory.ForgetPeak();
        var peakBefore = memory.PeakBytes;
        _backend.On("/slow", answer.SendAsync);

        using var client = SlowClient();
        using var response = await client.SendAsync(
            Call("slow"),
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        await HasPausedAsync(answer, pause);
        var onTheWay = answer.BytesSent;
        var growth = memory.PeakBytes - peakBefore;
        var received = await Digest.OfAsync(
            await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken
        );

        Assert.InRange(onTheWay, 1, BytesOnTheWayMax);
        Assert.True(growth < GrowthBytesMax, $"The gateway grew by {growth} bytes while the client paused.");
        Assert.Equal(await answer.Sent, received);
        Assert.Equal("success", (await RowAsync("slow")).Text("response_status"));
    }

    private static Task HasPausedAsync(LargeAnswer answer, TimeSpan pause)
    {
        var (sent, since) = (0L, TimeProvider.System.GetTimestamp());
        return Eventually.TrueAsync(
            () =>
            {
                if (sent != answer.BytesSent)
                {
                    (sent, since) = (answer.BytesSent, TimeProvider.System.GetTimestamp());
                }

                return sent > 0 && TimeProvider.System.GetElapsedTime(since) > pause;
            },
            $"the backend could send nothing for {pause}"
        );
    }

    private async Task<Digest> CallAsync(LargeAnswer answer, string name)
    {
        _backend.On($"/{name}", answer.SendAsync);
        using var response = await Call(name).SendAsync();
        var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        return await Digest.OfAsync(body, TestContext.Current.CancellationToken);
    }

    // Named for its row, too.
    private HttpRequestMessage Call(string name) =>
        RawCall.Post(new Uri(_gateway.Url, $"raw/{name}"), RawCall.ToolCall("echo")).With("User-Agent", name);

    private async Task<Row> RowAsync(string name)
    {
        var table = AuditTable.OfFile(Path.Combine(_gateway.Folder, "audit.db"));
        var rows = await Eventually.YieldsAsync(
            async () => await table.RowsAsync(name) is { Count: > 0 } found ? found : null
        );
        return Assert.Single(rows);
    }

    // What it does not read stays with the sender.
    private static HttpClient SlowClient() =>
        new(
            new SocketsHttpHandler
            {
                ConnectCallback = async (connection, cancellationToken) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 * 1024 };
                    await socket.ConnectAsync(connection.DnsEndPoint, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
}
