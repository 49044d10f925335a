using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Sentinel.Benchmarks.Figures;

namespace Sentinel.Benchmarks.Load;

/// <summary>One client: it calls, waits for the answer, checks it, and calls again.</summary>
/// <param name="target">The endpoint.</param>
/// <param name="call">What is sent.</param>
/// <param name="isNewEachTime">Whether every call has a connection of its own; else one serves all.</param>
internal sealed class Connection(Uri target, ToolCallBytes call, bool isNewEachTime) : IDisposable
{
    private const int BufferBytes = 32 * 1024;

    private readonly IPEndPoint _endPoint = new(IPAddress.Parse(target.Host), target.Port);
    private readonly AnswerReader _answer = new(BufferBytes);
    private Socket? _socket;

    /// <summary>Each call's latency in microseconds.</summary>
    public List<int> LatenciesUs { get; } = [];

    /// <summary>How late calls began, in microseconds, where that was nobody's doing but the load's.</summary>
    public List<int> LatenessUs { get; } = [];

    /// <summary>The bytes of all answers.</summary>
    public long BodyBytes => _answer.BodyBytes;

    public async Task ConnectAsync()
    {
        _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await _socket.ConnectAsync(_endPoint);
    }

    /// <summary>Calls again and again until <paramref name="isOver"/>; each call that was begun is finished.</summary>
    public async Task RunAsync(Func<bool> isOver)
    {
        await Task.Yield();
        while (!isOver())
        {
            var started = TimeProvider.System.GetTimestamp();
            await CallAsync();
            LatenciesUs.Add((int)TimeProvider.System.GetElapsedTime(started).TotalMicroseconds);
        }
    }

    /// <summary>Makes each call that <paramref name="due"/> yields the instant of, one after the other.</summary>
    public async Task RunAsync(ChannelReader<long> due, Schedule schedule)
    {
        while (await due.WaitToReadAsync())
        {
            // What is here at once was due while the call before it was under way.
            for (var isIdle = true; due.TryRead(out var dueAt); isIdle = false)
            {
                if (isIdle)
                {
                    LatenessUs.Add(schedule.LatencyUs(dueAt, TimeProvider.System.GetTimestamp()));
                }

                await CallAsync();
                LatenciesUs.Add(schedule.LatencyUs(dueAt, TimeProvider.System.GetTimestamp()));
            }
        }
    }

    public void Dispose() => _socket?.Dispose();

    private async ValueTask CallAsync()
    {
        if (isNewEachTime)
        {
            await ConnectAsync();
        }

        call.Next();
        _answer.Expect(call.Id);
        for (var rest = call.Request; rest.Length > 0;)
        {
            rest = rest[await _socket!.SendAsync(rest)..];
        }

        while (!_answer.Take(await _socket!.ReceiveAsync(_answer.Free)))
        {
        }

        if (isNewEachTime)
        {
            _socket.Dispose();
        }
    }
}
