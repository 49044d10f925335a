using System.Text;

namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>The allowed call in every dress that JSON and HTTP leave open, to be let through.</summary>
internal static class HarmlessFamily
{
    public static IEnumerable<HostileBody> All() =>
        [.. Texts().Select(text => new HostileBody($"harmless: {text.Item1}", text.Item2)), .. Requests()];

    private static IEnumerable<(string, string)> Texts() =>
        [
            ("plain", Aim.HarmlessCall),
            ("spread over lines", Aim.HarmlessCall.Replace(",", " ,\r\n\t", StringComparison.Ordinal)),
            ("blanks around", $" \r\n\t{Aim.HarmlessCall}\r\n\t "),
            ("members in another order",
                $$"""{"params":{"arguments":{{Aim.Seen}},"name":"echo"},"method":"tools/call","""
                    + """ "id":7,"jsonrpc":"2.0"}"""),
            ("escapes in the name", Aim.Message(Aim.Params("""\u0065\u0063ho""", Aim.Seen))),
            ("escapes in the method", Aim.Message(Aim.Harmless, method: """
                "tools\/c\u0061ll"
                """)),
            ("escapes in a key", Aim.HarmlessCall.Replace("\"name\"", """
                "n\u0061me"
                """, StringComparison.Ordinal)),
            ("escapes in a value", Argument("""\u0073een \" \\ \/ \b\f\n\r\t \u00e9""")),
            ("a pair of surrogates", Argument("""\ud83d\ude00""")),
            ("text in many scripts", Argument("é ß Ж 漢 😀 \u200B \uFEFF")),
            ("keys of arguments that differ by case", Extra("""
                "Text":"x","TEXT":"y"
                """)),
            ("protocol's words in arguments", Extra("""
                "method":"ping","params":{"name":"fail"},"NAME":"x","id":null
                """)),
            ("numbers in arguments", Extra("""
                "n":[0,-0,1.5,1e3,1E-3,-12.25,9007199254740991]
                """)),
            ("arrays and nothing in arguments", Extra("""
                "a":[],"o":{},"n":null,"t":true,"d":[[{"x":[1,{"y":2}]}]]
                """)),
            ("thirty levels", Extra($"\"d\":{new string('[', 30)}{new string(']', 30)}")),
            ("an unknown member in the root", $$"""{"extra":{"a":1},{{Aim.HarmlessCall[1..]}}"""),
            ("an unknown member in params", Aim.Message($$"""{"extra":[1],{{Aim.Harmless[1..]}}""")),
            ("meta with a token", Aim.Message($$"""{"_meta":{"progressToken":"p","x/y":1},{{Aim.Harmless[1..]}}""")),
            ("an id that is text", Aim.Message(Aim.Harmless, "\"seven\"")),
            ("the largest safe id", Aim.Message(Aim.Harmless, "9007199254740991")),
            ("twenty kilobytes", Argument(new string('x', 20_000))),
        ];

    private static IEnumerable<HostileBody> Requests()
    {
        string[] types =
        [
            "application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON",
            "application/json; charset=\"utf-8\"",
        ];
        foreach (var type in types)
        {
            yield return Plain($"Content-Type {type}") with { ContentType = type };
        }

        yield return Plain("modern, in base64") with
        {
            Bytes = Encoding.UTF8.GetBytes(Aim.ModernMessage("echo", Aim.Seen)),
            Revision = Rpc.Revision,
            Headers = ["Mcp-Method: tools/call", "Mcp-Name: =?base64?ZWNobw==?="],
        };
        yield return Plain("modern") with
        {
            Bytes = Encoding.UTF8.GetBytes(Aim.ModernMessage("echo", Aim.Seen)),
            Revision = Rpc.Revision,
            Headers = ["Mcp-Method: tools/call", "Mcp-Name: echo"],
        };
        yield return Plain("Mcp-Name at a legacy revision") with { Headers = ["Mcp-Method: ping", "Mcp-Name: other"] };
        yield return Plain("in three chunks") with
        {
            Bytes = Encoding.UTF8.GetBytes(string.Concat(Aim.HarmlessCall.Chunk(40)
                .Select(part => $"{part.Length:x}\r\n{new string(part)}\r\n")) + "0\r\n\r\n"),
            IsFramed = false,
            Headers = ["Transfer-Encoding: chunked"],
        };
        yield return Plain("HTTP/1.0") with { Http = "HTTP/1.0" };
        yield return Plain("Expect: 100-continue") with { Headers = ["Expect: 100-continue"] };
        yield return Plain("a query") with { Target = "/mcp?name=fail&method=ping" };
        yield return Plain("at 2025-06-18") with { Revision = "2025-06-18" };
        yield return Plain("at 2025-03-26") with { Revision = HostileBody.Batching };
        yield return Plain("at no revision") with { Revision = null };
    }

    private static HostileBody Plain(string name) => new($"harmless: {name}", Aim.HarmlessCall);

    private static string Argument(string text) => Aim.Message(Aim.Params("echo", $$"""{"text":"{{text}}"}"""));

    private static string Extra(string members) => Aim.Message(Aim.Params("echo", $$"""{"text":"seen",{{members}}}"""));
}
