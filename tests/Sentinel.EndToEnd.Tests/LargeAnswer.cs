using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Sentinel.EndToEnd.Tests;

/// <summary>An answer that nobody keeps: made while it is sent, hashed on both sides.</summary>
internal sealed class LargeAnswer
{
    private const int PieceBytes = 64 * 1024;
    private const int EventBytes = 1000;

    private readonly string _contentType;
    private readonly IEnumerable<byte[]> _pieces;
    private readonly TaskCompletionSource<Digest> _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytesSent;

    private LargeAnswer(string contentType, IEnumerable<byte[]> pieces)
    {
        _contentType = contentType;
        _pieces = pieces;
    }

    /// <summary>What the backend got rid of so far.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>What it has sent in the end.</summary>
    public Task<Digest> Sent => _sent.Task;

    /// <summary>A result whose one text is at least that large.</summary>
    public static LargeAnswer Json(long textBytes)
    {
        return new("application/json", Pieces());

        IEnumerable<byte[]> Pieces()
        {
            yield return """{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":" """u8[..^1].ToArray();
            for (long made = 0, piece = 0; made < textBytes; made += PieceBytes, piece++)
            {
                yield return Text(piece);
            }

            yield return "\"}]}}"u8.ToArray();
        }
    }

    /// <summary>So many notifications of about a kilobyte, and then the result.</summary>
    public static LargeAnswer Events(int count)
    {
        return new("text/event-stream", Pieces());

        IEnumerable<byte[]> Pieces()
        {
            var message = new string('m', EventBytes);
            for (var i = 1; i <= count; i++)
            {
                yield return Encoding.UTF8.GetBytes(
                    $"id: {i}\nevent: message\ndata: "
                        + """{"jsonrpc":"2.0","method":"notifications/progress","params":"""
                        + $$$"""{"progressToken":"p","progress":{{{i}}},"message":"{{{message}}}"}}"""
                        + "\n\n"
                );
            }

            yield return "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}\n\n"u8.ToArray();
        }
    }

    /// <summary>Answers a request with it.</summary>
    public async Task SendAsync(HttpContext http)
    {
        http.Response.ContentType = _contentType;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in _pieces)
        {
            hash.AppendData(piece);
            await http.Response.Body.WriteAsync(piece, http.RequestAborted);
            Interlocked.Add(ref _bytesSent, piece.Length);
        }

        _sent.SetResult(new Digest(BytesSent, Convert.ToHexStringLower(hash.GetCurrentHash())));
    }

    // Different in every piece, so that one lost, sent twice or out of order changes the hash.
    private static byte[] Text(long piece)
    {
        var text = new byte[PieceBytes];
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = (byte)('a' + ((i + piece) % 26));
        }

        Encoding.UTF8.GetBytes(piece.ToString(CultureInfo.InvariantCulture), text);
        return text;
    }
}

/// <summary>What is remembered of bytes that are gone.</summary>
internal sealed record Digest(long Bytes, string Sha256)
{
    public static async Task<Digest> OfAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        long bytes = 0;
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0; bytes += read)
        {
            hash.AppendData(buffer, 0, read);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return new Digest(bytes, Convert.ToHexStringLower(hash.GetCurrentHash()));
    }
}
