using System.Text;

namespace Sentinel.Gateway.Tests.Mcp.Fuzzing;

/// <summary>Bodies that mutations start from: what clients send, and what readers are known to disagree on.</summary>
internal static class SeedCorpus
{
    private const string Call = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list","arguments":{}}}""";

    public static readonly IReadOnlyList<byte[]> Requests = Bytes(
        Call,
        """{"jsonrpc":"2.0","id":"7f0a","method":"tools/call","params":{"name":"drop","arguments":{"a":[1,{"b":"c"}]}}}""",
        """
        {
          "params": { "arguments": { "name": "inner", "Name": 1 }, "name": "outer" },
          "method": "tools/call", "id": -12, "jsonrpc": "2.0"
        }
        """,
        """{"jsonrpc":"2.0","id":1,"method":"tools\/c\u0061ll","params":{"n\u0061me":"l\u0069st","_meta":{}}}""",
        """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"é😀\ud83d\ude00","task":{"ttl":60}}}""",
        """{"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"cursor":"x"}}""",
        """{"jsonrpc":"2.0","id":4,"method":"prompts/get","params":{"name":"greet","arguments":{"to":"me"}}}""",
        """{"jsonrpc":"2.0","id":5,"method":"resources/read","params":{"uri":"file:///a"}}""",
        """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"late"}}""",
        """{"jsonrpc":"2.0","id":6,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}""",
        """{"jsonrpc":"2.0","id":7,"result":{"roots":[]}}""",
        """{"jsonrpc":"2.0","id":"8","error":{"code":-1,"message":"no","data":{"method":"tools/call"}}}""",
        """{"jsonrpc":"2.0","id":9,"method":"ping"}""",
        """{"jsonrpc":"2.0","id":10,"method":"tools/call","params":{"name":"a","_meta":{"progressToken":1,"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}""",
        $"[{Call},{Call}]");

    public static readonly IReadOnlyList<byte[]> Answers = Bytes(
        """{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"hello \"you\"\n"}],"isError":false}}""",
        """{"jsonrpc":"2.0","id":1,"result":{"isError":true,"content":[{"type":"text","text":"no disk"}]}}""",
        """{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"unknown tool \u00e9","data":[[{}]]}}""",
        """[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":""}}]""",
        "event: message\nid: 1\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"task\"}}\n\n",
        ": ping\r\n\r\ndata: {\"jsonrpc\":\"2.0\",\r\ndata: \"id\":1,\"result\":{}}\r\n\r\nretry: 5\r\rdata:\r\r",
        "\uFEFFdata: {\"method\":\"ping\",\"id\":1}\n\ndata: [{\"id\":1,\"error\":null,\"result\":{}}]\n\n");

    private static byte[][] Bytes(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
