using System.Net;
using System.Net.Sockets;
using System.Text;
using Sentinel.Benchmarks.Figures;
using Sentinel.Benchmarks.Load;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Benchmarks;

public sealed class OpenLoopTests
{
    private const int PerSecond = 2000;
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(0.2);

    [Fact]
    public void Instants_do_not_drift_where_the_rate_does_not_divide_the_clock()
    {
        var schedule = new Schedule(startedAt: 7, perSecond: 3, ticksPerSecond: 1_000_000_000);

        Assert.Equal(7, schedule.DueAt(0));
        Assert.Equal(7 + 333_333_333, schedule.DueAt(1));
        Assert.Equal(7 + 1_000_000_000_000_000_000, schedule.DueAt(3_000_000_000));
    }

    [Fact]
    public void Time_counts_from_when_a_call_was_due()
    {
        var schedule = new Schedule(startedAt: 0, perSecond: 1000, ticksPerSecond: 1_000_000_000);

        Assert.Equal(2500, schedule.LatencyUs(schedule.DueAt(1), answeredAt: 3_500_000));
    }

    [Fact]
    public async Task A_server_that_stalls_is_held_against_every_call_that_fell_due_meanwhile()
    {
        var calls = await RunAsync(new Shape("paced", Connections: 1, PerSecond: PerSecond), Stall);

        Assert.Equal(PerSecond * Stall.TotalSeconds, calls.Count);
        Assert.True(Quantile.Of(calls, 0.6) > calls[^1] / 4, $"{Quantile.Of(calls, 0.6)} of {calls[^1]} µs");
    }

    [Fact]
    public async Task A_closed_loop_hides_the_same_stall_in_one_call()
    {
        var calls = await RunAsync(new Shape("closed", Connections: 1), 2 * Stall);

        Assert.True(Quantile.Of(calls, 0.6) < calls[^1] / 4, $"{Quantile.Of(calls, 0.6)} of {calls[^1]} µs");
    }

    // The first answer is held back for as long as the stall.
    private static async Task<IReadOnlyList<int>> RunAsync(Shape shape, TimeSpan duration)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = new Uri($"http://{listener.LocalEndpoint}/bench/mcp");
        var serving = ServeAsync(listener, shape.Call(endpoint, credential: null).Request.Length);

        var run = await LoadRun.RunAsync(endpoint, credential: null, shape, duration).WaitAsync(Deadline.Default);

        await serving.WaitAsync(Deadline.Default);
        return run.LatenciesUs;
    }

    private static async Task ServeAsync(TcpListener listener, int requestBytes)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var stream = client.GetStream();
        var started = TimeProvider.System.GetTimestamp();
        var request = new byte[requestBytes];
        while (await stream.ReadAtLeastAsync(request, requestBytes, throwOnEndOfStream: false) == requestBytes)
        {
            await Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(started) > Stall, "the stall is over");
            await stream.WriteAsync(Answer(request));
        }
    }

    private static byte[] Answer(byte[] request)
    {
        var text = Encoding.ASCII.GetString(request);
        var id = text.Substring(text.IndexOf("\"id\":", StringComparison.Ordinal) + 5, 10);
        var body = $$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{}}""";
        return Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }
}
