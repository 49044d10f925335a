using System.Text;

namespace Sentinel.Benchmarks.Calls;

/// <summary>One tools/call as it goes over the wire, with an id of fixed length that is counted up in place.</summary>
internal sealed class ToolCallBytes
{
    public const string Backend = "bench";
    public const string ApiKey = "benchmark-key-of-thirty-two-chars";

    /// <summary>The header line of a caller with <see cref="ApiKey"/>.</summary>
    public const string ApiKeyHeader = $"X-Api-Key: {ApiKey}";

    private const int BodyBytes = 600;
    private const int IdDigits = 10;

    private readonly byte[] _request;
    private readonly int _idAt;

    /// <param name="target">The proxy.</param>
    /// <param name="credential">The header line that says who calls; null sends none.</param>
    public ToolCallBytes(Uri target, string? credential)
    {
        var start = $$$"""{"jsonrpc":"2.0","id":{{{new string('1', IdDigits)}}},""";
        const string Call = """
            "method":"tools/call","params":{"name":"search_orders","arguments":{"limit":25,"customer":"c-1029","note":
            """;
        const string End = "\"}}}";
        var note = '"' + new string('n', BodyBytes - start.Length - Call.Length - End.Length - 1);
        string[] lines =
        [
            $"POST /{Backend}/mcp HTTP/1.1",
            $"Host: {target.Authority}",
            "User-Agent: benchmark/1.0",
            "Content-Type: application/json",
            "Accept: application/json, text/event-stream",
            "MCP-Protocol-Version: 2025-11-25",
            $"Content-Length: {BodyBytes}",
        ];
        var head = string.Join("\r\n", [.. lines, .. credential is null ? [] : new[] { credential }, "\r\n"]);
        _request = Encoding.UTF8.GetBytes(head + start + Call + note + End);
        _idAt = Encoding.UTF8.GetBytes(head).Length + start.IndexOf(new string('1', IdDigits), StringComparison.Ordinal);
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
}
