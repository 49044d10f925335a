using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests;

/// <summary>One HTTP/2 request frame by frame, because .NET's client lays repeated headers together.</summary>
internal static class RawHttp2
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Settings = 4;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    /// <summary>Sends a POST with the headers in the order given, and returns the body of the answer.</summary>
    public static async Task<string> PostAsync(
        Uri origin,
        string path,
        IEnumerable<(string Name, string Value)> headers,
        string body)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        using var client = new TcpClient();
        await client.ConnectAsync(origin.Host, origin.Port, deadline.Token);
        var stream = client.GetStream();
        (string, string)[] pseudo =
            [(":method", "POST"), (":scheme", "http"), (":authority", origin.Authority), (":path", path)];
        await stream.WriteAsync(
            (byte[])
            [
                .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
                .. Frame(Settings, 0, 0, []),
                .. Frame(Headers, EndHeaders, 1, [.. pseudo.Concat(headers).SelectMany(Literal)]),
                .. Frame(Data, EndStream, 1, Encoding.UTF8.GetBytes(body)),
            ],
            deadline.Token);

        var answer = new MemoryStream();
        var head = new byte[9];
        while (true)
        {
            await stream.ReadExactlyAsync(head, deadline.Token);
            var payload = new byte[BinaryPrimitives.ReadInt32BigEndian([0, head[0], head[1], head[2]])];
            await stream.ReadExactlyAsync(payload, deadline.Token);
            var (type, flags) = (head[3], head[4]);
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
