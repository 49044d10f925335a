using System.Globalization;
using System.Text;

namespace Sentinel.Benchmarks.Load;

/// <summary>One tools/call as it goes over the wire, with an id of fixed length that is counted up in place.</summary>
internal sealed class ToolCallBytes
{
    public const string Backend = "bench";
    public const string Tool = "search_orders";
    public const string ApiKey = "benchmark-key-of-thirty-two-chars";

    /// <summary>The header line of a caller with <see cref="ApiKey"/>.</summary>
    public const string ApiKeyHeader = $"X-Api-Key: {ApiKey}";

    private const int IdDigits = 10;

    private readonly byte[] _request;
    private readonly int _idAt;

    /// <param name="target">The proxy, and the path of the endpoint.</param>
    /// <param name="credential">The header line that says who calls; null sends none.</param>
    /// <param name="bodyBytes">The body's length.</param>
    /// <param name="answer">What the backend is to answer; null: about 300 bytes of JSON.</param>
    /// <param name="tool">What is called.</param>
    public ToolCallBytes(
        Uri target,
        string? credential,
        int bodyBytes = Shape.SmallBytes,
        string? answer = null,
        string tool = Tool)
    {
        string[] lines =
        [
            $"POST {target.AbsolutePath} HTTP/1.1",
            $"Host: {target.Authority}",
            "User-Agent: benchmark/1.0",
            "Content-Type: application/json",
            "Accept: application/json, text/event-stream",
            "MCP-Protocol-Version: 2025-11-25",
            string.Create(CultureInfo.InvariantCulture, $"Content-Length: {bodyBytes}"),
            .. answer is null ? [] : new[] { $"{WantedAnswer.Header}: {answer}" },
            .. credential is null ? [] : new[] { credential },
            "\r\n",
        ];
        var head = Encoding.UTF8.GetBytes(string.Join("\r\n", lines));
        var start = $$$"""{"jsonrpc":"2.0","id":{{{new string('1', IdDigits)}}},""";
        _request = [.. head, .. Body(start, tool, bodyBytes)];
        _idAt = head.Length + start.IndexOf(new string('1', IdDigits), StringComparison.Ordinal);
    }

    public ReadOnlyMemory<byte> Request => _request;

    public ReadOnlySpan<byte> Id => _request.AsSpan(_idAt, IdDigits);

    /// <summary>Counts the id up by one; its first digit is never 0.</summary>
    public void Next()
    {
        for (var i = _idAt + IdDigits - 1; i >= _idAt; i--)
        {
            if (_request[i]++ < '9')
            {
                return;
            }

            _request[i] = (byte)(i == _idAt ? '1' : '0');
        }
    }

    // What is not records of five short fields is one text.
    private static byte[] Body(string start, string tool, int bytes)
    {
        var text = new StringBuilder(bytes)
            .Append(start)
            .Append("\"method\":\"tools/call\",\"params\":{\"name\":\"")
            .Append(tool)
            .Append("\",\"arguments\":{\"limit\":25,\"customer\":\"c-1029\",\"orders\":[");
        const string Note = "],\"note\":\"";
        const string End = "\"}}}";
        for (var i = 0; text.Length + 160 < bytes && bytes > Shape.SmallBytes; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(
                CultureInfo.InvariantCulture,
                $$"""{"order":{{i}},"item":"i-{{i % 97}}","count":{{i % 7}},"open":true,"price":12.5}""");
        }

        text.Append(Note);
        text.Append('n', bytes - text.Length - End.Length).Append(End);
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
