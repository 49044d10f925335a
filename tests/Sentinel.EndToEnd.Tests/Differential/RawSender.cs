using System.Net.Sockets;
using System.Text;

namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>Writes requests to a socket as they stand, which no HTTP client would do.</summary>
/// <param name="origin">Where to connect.</param>
/// <param name="prefix">What stands before every target: the backend's path.</param>
/// <param name="key">The caller's API key; null for none.</param>
/// <param name="sessionId">The session of legacy requests; null for none.</param>
internal sealed class RawSender(Uri origin, string prefix, string? key, string? sessionId)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    /// <summary>Sends it on a connection of its own and returns all that comes back.</summary>
    public async Task<RawAnswer> SendAsync(HostileBody body, string marker)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(origin.Host, origin.Port);
        var received = new MemoryStream();
        try
        {
            await SendAllAsync(socket, Compose(body, marker));
            await ReceiveAsync(socket, received, body);
        }
        catch (SocketException)
        {
            // The peer has had enough of it; what it said before that counts.
        }

        return RawAnswer.Parse(received.ToArray());
    }

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes)..];
        }
    }

    // Not until the connection ends: some servers keep it open whatever the request says.
    private static async Task ReceiveAsync(Socket socket, MemoryStream received, HostileBody body)
    {
        var buffer = new byte[16 * 1024];
        var limits = new Queue<TimeSpan>(Limits(body));
        while (limits.TryDequeue(out var limit))
        {
            using var giveUp = new CancellationTokenSource(limit);
            try
            {
                while (await socket.ReceiveAsync(buffer, giveUp.Token) is var read and > 0)
                {
                    received.Write(buffer, 0, read);
                    if (!body.MayLackAnEnd && RawAnswer.Count(received.ToArray()) == (body.KeepsAlive ? 2 : 1))
                    {
                        return;
                    }
                }

                return;
            }
            catch (OperationCanceledException) when (limits.Count > 0)
            {
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // What a GET opens may stay open for ever, and what answers HEAD may have a length and no body.
    private static TimeSpan[] Limits(HostileBody body) =>
        body.Method is "GET" or "HEAD" ? [Patience] : body.MayLackAnEnd ? [Patience, AnswerLimit] : [AnswerLimit];

    private byte[] Compose(HostileBody body, string marker)
    {
        var isInSession = body.Method == "POST" && !body.IsModern;
        var target = prefix + body.Target;
        var head = new StringBuilder($"{body.Method} {target} {body.Http}\r\n")
            .Append(Identity(marker, isInSession))
            .Append(Line("Content-Type", body.ContentType))
            .Append(Line("MCP-Protocol-Version", body.Revision));
        foreach (var line in body.Headers)
        {
            head.Append(line).Append("\r\n");
        }

        var content = body.Bytes;
        if (content.AsSpan().IndexOf(Encoding.ASCII.GetBytes(HostileBody.HeadersOfInner)) >= 0)
        {
            var inner = Identity(marker, isInSession: true) + Line("Content-Type", "application/json");
            var text = Encoding.Latin1.GetString(content)
                .Replace(HostileBody.HeadersOfInner, inner, StringComparison.Ordinal)
                .Replace(HostileBody.TargetOfInner, target, StringComparison.Ordinal);
            content = Encoding.Latin1.GetBytes(text);
        }

        head.Append(body.IsFramed ? $"Content-Length: {content.Length}\r\n" : "")
            .Append(body.KeepsAlive ? "" : "Connection: close\r\n")
            .Append("\r\n");
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. content];
    }

    private string Identity(string marker, bool isInSession) =>
        $"Host: {origin.Authority}\r\nUser-Agent: {marker}\r\n{Servers.Marker}: {marker}\r\n"
        + "Accept: application/json, text/event-stream\r\n"
        + Line("X-Api-Key", key)
        + Line("Mcp-Session-Id", isInSession ? sessionId : null);

    private static string Line(string name, string? value) => value is null ? "" : $"{name}: {value}\r\n";
}
