using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

public sealed class RefusedMessageTests
{
    public static TheoryData<string, string> Unparsable => new()
    {
        { "nothing", "" },
        { "white space only", " \n" },
        { "half an object", """{"jsonrpc":"2.0" """ },
        { "half a string", """{"jsonrpc":"2.""" },
        { "a letter after the object", Messages.WithId("1") + "x" },
        { "a NUL after the object", Messages.WithId("1") + "\0" },
        { "two objects", Messages.WithId("1") + Messages.WithId("2") },
        { "two lines of objects", Messages.WithId("1") + "\n" + Messages.WithId("2") },
        { "a comment", """{"jsonrpc":"2.0",/* */"id":1,"method":"ping"}""" },
        { "a line comment after the object", Messages.WithId("1") + "// end" },
        { "a trailing comma", """{"jsonrpc":"2.0","id":1,"method":"ping",}""" },
        { "a trailing comma in an array", Messages.With("\"a\":[1,]") },
        { "single quotes", "{'jsonrpc':'2.0','id':1,'method':'ping'}" },
        { "a bare key", """{jsonrpc:"2.0","id":1,"method":"ping"}""" },
        { "NaN", Messages.WithId("NaN") },
        { "a leading zero", Messages.WithId("01") },
        { "a plus sign", Messages.WithId("+1") },
        { "a hexadecimal number", Messages.WithId("0x1") },
        { "a raw control character in a string", Messages.WithMethod("\"ping\n\"") },
        { "an unknown escape", Messages.WithMethod("\"p\\ing\"") },
        { "half an escape", Messages.WithMethod("\"\\u00\"") },
        { "crossed brackets", Messages.With("\"a\":[{]}") },
        { "sixty-five levels", Messages.With($"\"a\":{new string('[', 64)}{new string(']', 64)}") },
        { "very many levels", new string('[', 100_000) },
        { "a byte order mark", "\uFEFF" + Messages.WithId("1") },
        { "white space beyond JSON's", "\u00A0" + Messages.WithId("1") },
    };

    public static TheoryData<string, string> NoMessage => new()
    {
        { "a batch", "[" + Messages.WithId("1") + "]" },
        { "an empty batch", "[]" },
        { "a string", "\"ping\"" },
        { "a number", "1" },
        { "null", "null" },
        { "an empty object", "{}" },
        { "no version", """{"id":1,"method":"ping"}""" },
        { "version 2", """{"jsonrpc":"2","id":1,"method":"ping"}""" },
        { "version 2.0 as a number", """{"jsonrpc":2.0,"id":1,"method":"ping"}""" },
        { "version 2.0 with a space", """{"jsonrpc":"2.0 ","id":1,"method":"ping"}""" },
        { "version null", """{"jsonrpc":null,"id":1,"method":"ping"}""" },
        { "id null", Messages.WithId("null") },
        { "id 1.0", Messages.WithId("1.0") },
        { "id 1e3", Messages.WithId("1e3") },
        { "id 1E3", Messages.WithId("1E3") },
        { "id -0", Messages.WithId("-0") },
        { "id an object", Messages.WithId("{}") },
        { "id an array", Messages.WithId("[]") },
        { "id true", Messages.WithId("true") },
        { "id false", Messages.WithId("false") },
        { "id with a lone surrogate", Messages.WithId("\"\\ud800\"") },
        { "id too long", Messages.WithId($"\"{new string('x', JsonRpcId.BytesMax + 1)}\"") },
        { "id with too many digits", Messages.WithId(new string('1', JsonRpcId.BytesMax + 1)) },
        { "tools/call without an id", """{"jsonrpc":"2.0","method":"tools/call","params":{"name":"a"}}""" },
        { "tools/list without an id", """{"jsonrpc":"2.0","method":"tools/list"}""" },
        { "initialize without an id", """{"jsonrpc":"2.0","method":"initialize"}""" },
        { "method and result", Messages.With("\"result\":{}") },
        { "method and error", Messages.With("\"error\":{}") },
        { "result and error", """{"jsonrpc":"2.0","id":1,"result":{},"error":{}}""" },
        { "result without an id", """{"jsonrpc":"2.0","result":{}}""" },
        { "error with id null", """{"jsonrpc":"2.0","id":null,"error":{}}""" },
        { "an id alone", """{"jsonrpc":"2.0","id":1}""" },
        { "method null", Messages.WithMethod("null") },
        { "method a number", Messages.WithMethod("1") },
        { "method an array", Messages.WithMethod("[\"tools/call\"]") },
        { "method an object", Messages.WithMethod("{\"tools/call\":1}") },
        { "method with a lone surrogate", Messages.WithMethod("\"\\udc00\"") },
        { "method with a space after", Messages.WithMethod("\"tools/call \"") },
        { "method with a space before", Messages.WithMethod("\" tools/call\"") },
        { "method cut by a NUL", Messages.WithMethod("\"tools/call\\u0000x\"") },
        { "method cut by a line end", Messages.WithMethod("\"tools/call\\nx\"") },
        { "a known notification in another case", """{"jsonrpc":"2.0","method":"Notifications/Cancelled"}""" },
        { "method with a tab", Messages.WithMethod("\"tools/call\\t\"") },
        { "method with NUL after", Messages.WithMethod("\"tools/call\\u0000\"") },
        { "method with a no-break space", Messages.WithMethod("\"tools/call\\u00a0\"") },
        { "method with a byte order mark", Messages.WithMethod("\"\\ufefftools/call\"") },
        { "method with a zero-width space", Messages.WithMethod("\"tools/call\\u200b\"") },
        { "method in upper case", Messages.WithMethod("\"TOOLS/CALL\"") },
        { "method with one capital", Messages.WithMethod("\"tools/Call\"") },
        { "method with a long s", Messages.WithMethod("\"tool\\u017f/call\"") },
        { "method tasks with a Kelvin sign", Messages.WithMethod("\"tas\\u212as/get\"") },
        { "name with a lone surrogate", Messages.Call("\"name\":\"\\ud800\"") },
        { "a key with a lone surrogate", Messages.Call("\"name\":\"a\",\"arguments\":{\"\\ud800\":1}") },
        { "a root key with a lone surrogate", Messages.With("\"\\ud800\":1") },
    };

    public static TheoryData<string, string> RepeatedKey => new()
    {
        { "id", Messages.With("\"id\":1") },
        { "id, escaped", Messages.With("\"\\u0069d\":1") },
        { "method", Messages.With("\"method\":\"tools/call\"") },
        { "an unknown key of the root", Messages.With("\"x\":1,\"x\":1") },
        { "an unknown key of the root, by case", Messages.With("\"xa\":1,\"xA\":1") },
        { "an unknown key of the root, by NUL", Messages.With("\"xa\":1,\"xa\\u0000\":1") },
        { "name", Messages.Call("\"name\":\"a\",\"name\":\"a\"") },
        { "name, escaped", Messages.Call("\"name\":\"a\",\"n\\u0061me\":\"b\"") },
        { "Method in the root", Messages.With("\"Method\":\"tools/call\"") },
        { "ID in the root", """{"jsonrpc":"2.0","ID":1,"method":"ping"}""" },
        { "JsonRpc alone", """{"JsonRpc":"2.0","id":1,"method":"ping"}""" },
        { "Params alone", """{"jsonrpc":"2.0","id":1,"method":"tools/call","Params":{"name":"a"}}""" },
        { "params with a long s", Messages.With("\"param\u017f\":{}") },
        { "params with a long s, escaped", Messages.With("\"param\\u017f\":{}") },
        { "params with NUL", Messages.With("\"params\\u0000\":{}") },
        { "params with two NULs", Messages.With("\"params\\u0000\\u0000\":{}") },
        { "Result in the root", Messages.With("\"Result\":{}") },
        { "Name beside name", Messages.Call("\"name\":\"a\",\"Name\":\"b\"") },
        { "Name before name", Messages.Call("\"Name\":\"b\",\"name\":\"a\"") },
        { "Name alone", Messages.Call("\"Name\":\"b\"") },
        { "name with NUL", Messages.Call("\"name\":\"a\",\"name\\u0000\":\"b\"") },
        { "name cut by a NUL", Messages.Call("\"name\":\"a\",\"name\\u0000x\":\"b\"") },
        { "two keys alike up to a NUL", Messages.Call("\"name\":\"a\",\"x\\u0000y\":1,\"x\\u0000z\":1") },
        { "arguments with a long s", Messages.Call("\"name\":\"a\",\"argument\u017f\":{}") },
        { "task with a Kelvin sign", Messages.Call("\"name\":\"a\",\"tas\u212A\":{}") },
        { "_META", Messages.Call("\"name\":\"a\",\"_META\":{}") },
        { "a key of _meta", Messages.Call("\"name\":\"a\",\"_meta\":{\"x\":1,\"x\":1}") },
        { "a key of _meta, by case", Messages.Call("\"name\":\"a\",\"_meta\":{\"x\":1,\"X\":1}") },
        { "progressToken of _meta, by case", Messages.Call("\"name\":\"a\",\"_meta\":{\"progresstoken\":1}") },
        { "the revision of _meta, by case",
            Messages.Call("\"name\":\"a\",\"_meta\":{\"io.modelcontextprotocol/ProtocolVersion\":\"x\"}") },
        { "the revision of _meta, by a Kelvin sign and NUL",
            Messages.Call("\"name\":\"a\",\"_meta\":{\"io.modelcontextprotocol/logLevel\\u0000\":\"x\"}") },
        { "an argument", Messages.Call("\"name\":\"a\",\"arguments\":{\"x\":1,\"x\":1}") },
        { "an argument, escaped", Messages.Call("\"name\":\"a\",\"arguments\":{\"x\":1,\"\\u0078\":1}") },
        { "the empty argument", Messages.Call("\"name\":\"a\",\"arguments\":{\"\":1,\"\":1}") },
        { "an argument deep inside", Messages.Call("\"name\":\"a\",\"arguments\":{\"a\":[[{\"b\":{\"x\":1,\"x\":1}}]]}") },
        { "an argument after an inner object",
            Messages.Call("\"name\":\"a\",\"arguments\":{\"x\":{\"y\":{\"z\":1}},\"y\":[{}],\"x\":1}") },
        { "a key inside _meta", Messages.Call("\"name\":\"a\",\"_meta\":{\"a\":{\"x\":1,\"x\":1}}") },
        { "a key of an array's object", Messages.With("\"a\":[{\"x\":1},{\"x\":1,\"x\":1}]") },
        { "a key of another method's params", Messages.With("\"params\":{\"uri\":1,\"uri\":1}") },
        { "a key of a result", """{"jsonrpc":"2.0","id":1,"result":{"x":1,"x":1}}""" },
    };

    public static TheoryData<string, string> NoToolName => new()
    {
        { "params", Messages.WithMethod("\"tools/call\"") },
        { "an object in params", """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["a"]}""" },
        { "anything in params", """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":null}""" },
        { "a name", Messages.Call("") },
        { "a name of its own", Messages.Call("\"arguments\":{\"name\":\"a\"},\"_meta\":{\"name\":\"a\"}") },
        { "a name but a number", Messages.Call("\"name\":1") },
        { "a name but null", Messages.Call("\"name\":null") },
        { "a name but an array", Messages.Call("\"name\":[\"a\"]") },
        { "a name but an object", Messages.Call("\"name\":{\"name\":\"a\"}") },
    };

    [Theory]
    [MemberData(nameof(Unparsable))]
    public void Refuses_as_no_JSON(string flaw, string body) => AssertKind(MessageFaultKind.Parse, flaw, body);

    [Theory]
    [MemberData(nameof(NoMessage))]
    public void Refuses_as_no_message(string flaw, string body) => AssertKind(MessageFaultKind.Invalid, flaw, body);

    [Theory]
    [MemberData(nameof(RepeatedKey))]
    public void Refuses_a_repeated_or_look_alike(string key, string body) =>
        AssertKind(MessageFaultKind.Invalid, key, body);

    [Theory]
    [MemberData(nameof(NoToolName))]
    public void Refuses_a_tool_call_without(string part, string body) =>
        AssertKind(MessageFaultKind.Params, part, body);

    [Theory]
    [InlineData("a stray continuation byte", "80")]
    [InlineData("an overlong slash", "C0AF")]
    [InlineData("an overlong NUL", "C080")]
    [InlineData("an overlong letter in three bytes", "E08180")]
    [InlineData("a surrogate", "EDA080")]
    [InlineData("a code point beyond Unicode", "F4908080")]
    [InlineData("a byte that UTF-8 never has", "FF")]
    [InlineData("half a character", "C3")]
    public void Refuses_text_with(string flaw, string hex)
    {
        byte[] body =
        [
            .. """{"jsonrpc":"2.0","id":1,"method":"ping","a":" """u8, .. Convert.FromHexString(hex), .. "\"}"u8,
        ];

        Assert.True(MessageFault.Encoding == MessageReader.Read(body, out _), flaw);
    }

    [Theory]
    [InlineData("UTF-16, little endian", "FFFE7B00")]
    [InlineData("UTF-16, big endian", "FEFF007B")]
    public void Refuses_a_body_in(string encoding, string hex) =>
        Assert.True(MessageReader.Read(Convert.FromHexString(hex), out _)?.Kind == MessageFaultKind.Parse, encoding);

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}""", "1", "tools/call")]
    [InlineData("""{"params":{"name":"a","Name":"b"},"method":"tools\/call","id":"1","jsonrpc":"2.0"}""", "\"1\"", "tools/call")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}""", "1", "tools/call")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"ID":2,"method":"tools/call","params":{"name":"a"}}""", null, "tools/call")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"id":1,"method":"tools/call"}""", null, "tools/call")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping"}""", "1", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","Method\u0000":"ping"}""", "1", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"METHOD":"tools/call"}""", "1", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1.5,"method":"tools/call","params":{"name":"a"}}""", null, "tools/call")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"Tools/Call","params":{"name":"a"}}""", "1", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"},"\ud800":1,"\ud800":2}""", null, null)]
    [InlineData("""["id"]""", null, null)]
    public void After_a_fault_only_an_id_and_method_beyond_doubt_are_known(string body, string? id, string? method)
    {
        var fault = MessageReader.Read(Encoding.UTF8.GetBytes(body), out var message);

        Assert.NotNull(fault);
        Assert.False(message.IsSound);
        Assert.Equal(id, message.Id?.ToString());
        Assert.Equal(method, message.Method);
        Assert.Null(message.Name);
    }

    private static void AssertKind(MessageFaultKind expected, string flaw, string body)
    {
        var fault = MessageReader.Read(Encoding.UTF8.GetBytes(body), out _);

        Assert.True(fault?.Kind == expected, $"{flaw}: {fault?.ToString() ?? "accepted"}");
    }
}
