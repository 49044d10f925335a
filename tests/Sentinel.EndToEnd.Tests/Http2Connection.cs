using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests;

/// <summary>One HTTP/2 connection frame by frame, because .NET's client keeps to itself what it is told of it.</summary>
internal sealed class Http2Connection : IDisposable
{
    public const byte GoAway = 7;

    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Settings = 4;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    private readonly CancellationTokenSource _deadline = new(Deadline.Default);
    private readonly TcpClient _client = new();

    private Http2Connection()
    {
    }

    public static async Task<Http2Connection> OpenAsync(Uri origin)
    {
        var connection = new Http2Connection();
        await connection._client.ConnectAsync(origin.Host, origin.Port, connection._deadline.Token);
        await connection.WriteAsync([.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [])]);
        return connection;
    }

    /// <summary>Sends a POST on stream 1, with the headers in the order given.</summary>
    public Task PostAsync(string path, IEnumerable<(string Name, string Value)> headers, string body)
    {
        var authority = _client.Client.RemoteEndPoint!.ToString()!;
        (string, string)[] pseudo =
            [(":method", "POST"), (":scheme", "http"), (":authority", authority), (":path", path)];
        return WriteAsync(
            [
                .. Frame(Headers, EndHeaders, 1, [.. pseudo.Concat(headers).SelectMany(Literal)]),
                .. Frame(Data, EndStream, 1, Encoding.UTF8.GetBytes(body)),
            ]);
    }

    /// <summary>Reads on until a frame of that type has come.</summary>
    public async Task ReadUntilAsync(byte type)
    {
        while ((await ReadAsync()).Type != type)
        {
        }
    }

    /// <summary>What is still to come of the answer on the one stream.</summary>
    public async Task<string> ReadBodyAsync()
    {
        var answer = new MemoryStream();
        while (true)
        {
            var (type, flags, payload) = await ReadAsync();
            if (type == Data)
            {
                answer.Write(payload);
            }

            if (type is Data or Headers && (flags & EndStream) != 0)
            {
                return Encoding.UTF8.GetString(answer.ToArray());
            }
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _deadline.Dispose();
    }

    private async Task<(byte Type, byte Flags, byte[] Payload)> ReadAsync()
    {
        var stream = _client.GetStream();
        var head = new byte[9];
        await stream.ReadExactlyAsync(head, _deadline.Token);
        var payload = new byte[BinaryPrimitives.ReadInt32BigEndian([0, head[0], head[1], head[2]])];
        await stream.ReadExactlyAsync(payload, _deadline.Token);
        return (head[3], head[4], payload);
    }

    private Task WriteAsync(byte[] bytes) => _client.GetStream().WriteAsync(bytes, _deadline.Token).AsTask();

    private static byte[] Frame(byte type, byte flags, int streamId, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(0, 4), payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    // HPACK: a literal field without indexing and without Huffman coding, shorter than 127 bytes.
    private static byte[] Literal((string Name, string Value) field) =>
        [
            0, (byte)field.Name.Length, .. Encoding.ASCII.GetBytes(field.Name),
            (byte)field.Value.Length, .. Encoding.ASCII.GetBytes(field.Value),
        ];
}
