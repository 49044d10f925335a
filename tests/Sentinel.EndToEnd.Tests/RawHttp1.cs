using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Sentinel.EndToEnd.Tests.Differential;
using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests;

/// <summary>One HTTP/1 request as it stands, line by line, on a connection of its own.</summary>
internal static class RawHttp1
{
    /// <summary>Sends it and returns the answer, head and body, once the other side has closed.</summary>
    /// <param name="origin">Where to connect.</param>
    /// <param name="requestLine">For example <c>POST /raw/x HTTP/1.1</c>.</param>
    /// <param name="headers">Header lines; Connection: close comes on top, and a length where there is a body.</param>
    /// <param name="body">Null for none.</param>
    public static async Task<RawResponse> SendAsync(
        Uri origin,
        string requestLine,
        IEnumerable<string> headers,
        string? body = null)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        using var client = new TcpClient();
        await client.ConnectAsync(origin.Host, origin.Port, deadline.Token);
        var stream = client.GetStream();
        var length = body is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n");
        var head = $"{requestLine}\r\n{string.Concat(headers.Select(line => line + "\r\n"))}{length}Connection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head + body), deadline.Token);
        var answer = new MemoryStream();
        await stream.CopyToAsync(answer, deadline.Token);
        var text = Encoding.UTF8.GetString(answer.ToArray());
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return new RawResponse(
            RawAnswer.Parse(answer.ToArray()).Status,
            end < 0 ? [] : text[..end].Split("\r\n")[1..],
            RawAnswer.Parse(answer.ToArray()).Body);
    }
}

/// <summary>An answer as it came; <see cref="Lines"/> are its header lines.</summary>
internal sealed record RawResponse(int Status, IReadOnlyList<string> Lines, string Body)
{
    /// <summary>The values of that header, in order.</summary>
    public IReadOnlyList<string> Header(string name) =>
    [
        .. Lines.Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            .Select(line => line[(name.Length + 1)..].Trim()),
    ];
}
