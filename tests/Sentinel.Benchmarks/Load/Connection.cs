using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using Sentinel.Benchmarks.Calls;

namespace Sentinel.Benchmarks.Load;

/// <summary>One keep-alive connection that calls, waits for the answer, checks it, and calls again.</summary>
internal sealed class Connection(Uri target, string? credential) : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ToolCallBytes _call = new(target, credential);
    private readonly byte[] _answer = new byte[16 * 1024];

    /// <summary>Each call's latency in microseconds.</summary>
    public List<int> LatenciesUs { get; } = new(64 * 1024);

    public Task ConnectAsync() => _socket.ConnectAsync(IPAddress.Parse(target.Host), target.Port);

    /// <summary>Calls until <paramref name="isOver"/>; each call that was begun is finished.</summary>
    public async Task RunAsync(Func<bool> isOver, Pace? pace = null)
    {
        await Task.Yield();
        while (!isOver())
        {
            _call.Next();
            var started = pace is null ? TimeProvider.System.GetTimestamp() : await pace.NextAsync();
            await _socket.SendAsync(_call.Request);
            var length = 0;
            var total = int.MaxValue;
            while (length < total)
            {
                var count = await _socket.ReceiveAsync(_answer.AsMemory(length));
                length += count > 0 ? count : throw new InvalidOperationException("The connection was closed.");
                total = total < int.MaxValue ? total : LengthOf(_answer.AsSpan(0, length));
            }

            LatenciesUs.Add((int)TimeProvider.System.GetElapsedTime(started).TotalMicroseconds);
            Check(_answer.AsSpan(0, length));
        }
    }

    public void Dispose() => _socket.Dispose();

    // The whole answer's length; int.MaxValue while its head is not complete.
    private static int LengthOf(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return int.MaxValue;
        }

        var at = answer[..end].IndexOf("\r\nContent-Length: "u8);
        return at >= 0 && Utf8Parser.TryParse(answer[(at + 18)..end], out int body, out _)
            ? end + 4 + body
            : throw new InvalidOperationException($"No length: {System.Text.Encoding.UTF8.GetString(answer)}");
    }

    private void Check(ReadOnlySpan<byte> answer)
    {
        var body = answer[(answer.IndexOf("\r\n\r\n"u8) + 4)..];
        if (!answer.StartsWith("HTTP/1.1 200 "u8) || body.IndexOf(_call.Id) < 0 || body.IndexOf("\"result\":{"u8) < 0)
        {
            throw new InvalidOperationException($"Not the answer: {System.Text.Encoding.UTF8.GetString(answer)}");
        }
    }
}
