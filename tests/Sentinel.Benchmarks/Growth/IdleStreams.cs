using System.Net;
using System.Net.Sockets;
using System.Text;
using Sentinel.Benchmarks.Comparison;
using Sentinel.Benchmarks.Load;

namespace Sentinel.Benchmarks.Growth;

/// <summary>Listening streams of one session that are open and silent.</summary>
internal sealed class IdleStreams : IAsyncDisposable
{
    private const string SessionHeader = "Mcp-Session-Id";

    private readonly List<Socket> _sockets = [];

    /// <summary>Opens them one after the other; each has answered with its first bytes.</summary>
    public static async Task<IdleStreams> OpenAsync(Contender contender, int count)
    {
        using var http = new HttpClient();
        var session = await OpenSessionAsync(http, contender.Endpoint);
        string[] lines =
        [
            $"GET {contender.Endpoint.AbsolutePath} HTTP/1.1",
            $"Host: {contender.Endpoint.Authority}",
            "Accept: text/event-stream",
            "MCP-Protocol-Version: 2025-11-25",
            ToolCallBytes.ApiKeyHeader,
            $"{SessionHeader}: {session}",
            "\r\n",
        ];
        var request = Encoding.ASCII.GetBytes(string.Join("\r\n", lines));
        var streams = new IdleStreams();
        while (streams._sockets.Count < count)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            streams._sockets.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, contender.Endpoint.Port);
            await socket.SendAsync(request);
            await ReadFirstBytesAsync(socket);
        }

        return streams;
    }

    /// <returns>The session's id, as the client knows it.</returns>
    public static async Task<string> OpenSessionAsync(HttpClient http, Uri endpoint)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, endpoint);
        request.Headers.Add("X-Api-Key", ToolCallBytes.ApiKey);
        using var response = await http.SendAsync(request);
        return response.Headers.GetValues(SessionHeader).Single();
    }

    public ValueTask DisposeAsync()
    {
        _sockets.ForEach(socket => socket.Dispose());
        return ValueTask.CompletedTask;
    }

    private static async Task ReadFirstBytesAsync(Socket socket)
    {
        var buffer = new byte[2048];
        var length = 0;
        while (buffer.AsSpan(0, length).IndexOf(": open"u8) < 0)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(length));
            length += count > 0
                ? count
                : throw new InvalidOperationException($"No stream: {Encoding.ASCII.GetString(buffer, 0, length)}");
        }
    }
}
