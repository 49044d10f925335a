using System.Net.Sockets;
using System.Text;

namespace Sentinel.Tests.Shared;

/// <summary>Clients that begin and do not end: each holds one connection until it is dropped.</summary>
internal sealed class CarelessClients(Uri gateway, string key) : IDisposable
{
    private readonly List<Socket> _open = [];

    /// <summary>Connections held.</summary>
    public int Held => _open.Count;

    /// <summary>Opens a session, and forgets it.</summary>
    public async Task AbandonSessionAsync()
    {
        using var socket = await ConnectAsync();
        await SendAsync(socket, Post(SoakBackend.Initialize));
        await ReadAsync(socket, "\"result\"");
    }

    /// <summary>Opens a listening stream of a new session, reads its beginning, and never again.</summary>
    public async Task OpenStreamAsync()
    {
        var socket = await HoldAsync();
        await SendAsync(socket, Post(SoakBackend.Initialize));
        var answer = await ReadAsync(socket, "\"result\"");
        const string Name = "Mcp-Session-Id: ";
        var id = answer[(answer.IndexOf(Name, StringComparison.OrdinalIgnoreCase) + Name.Length)..];
        await SendAsync(
            socket,
            $"GET /raw/mcp HTTP/1.1\r\n{Headers}Accept: text/event-stream\r\n{Name}{id[..id.IndexOf('\r')]}\r\n\r\n");
        await ReadAsync(socket, "data: ");
    }

    /// <summary>Asks for a large answer, reads its beginning, and never again.</summary>
    public async Task ReadSlowlyAsync()
    {
        var socket = await HoldAsync();
        await SendAsync(socket, Post(SoakBackend.LargeCall));
        await ReadAsync(socket, "\"result\"");
    }

    /// <summary>Sends half a header section.</summary>
    public async Task SendHalfHeadersAsync() => await SendAsync(await HoldAsync(), $"POST /raw/mcp HTTP/1.1\r\n{Headers}");

    /// <summary>Sends half a body.</summary>
    public async Task SendHalfBodyAsync() =>
        await SendAsync(await HoldAsync(), Post(SoakBackend.LargeCall)[..^20]);

    /// <summary>Drops all, every other one without a goodbye.</summary>
    public void Dispose()
    {
        for (var i = 0; i < _open.Count; i++)
        {
            if (i % 2 == 0)
            {
                // A reset in place of an end.
                _open[i].LingerState = new LingerOption(true, 0);
            }

            _open[i].Dispose();
        }

        _open.Clear();
    }

    private string Headers => $"Host: localhost\r\nX-Api-Key: {key}\r\n";

    private string Post(string body) =>
        $"POST /raw/mcp HTTP/1.1\r\n{Headers}Content-Type: application/json\r\n"
        + $"Accept: application/json, text/event-stream\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    private async Task<Socket> HoldAsync()
    {
        var socket = await ConnectAsync();
        _open.Add(socket);
        return socket;
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(gateway.Host, gateway.Port);
        return socket;
    }

    private static Task<int> SendAsync(Socket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text));

    private static async Task<string> ReadAsync(Socket socket, string until)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        var text = new StringBuilder();
        var buffer = new byte[2048];
        while (!text.ToString().Contains(until, StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer, deadline.Token);
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
            if (count == 0)
            {
                throw new InvalidOperationException($"The gateway closed after: {text}");
            }
        }

        return text.ToString();
    }
}
