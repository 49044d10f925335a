using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

public sealed class AcceptedMessageTests
{
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list"}}""", "tools/call", "1", "list")]
    [InlineData("""{"params":{"name":"list"},"method":"tools/call","id":1,"jsonrpc":"2.0"}""", "tools/call", "1", "list")]
    [InlineData("""{"jsonrpc":"2\u002e0","id":1,"method":"tools\/c\u0061ll","params":{"name":"\u006cist"}}""", "tools/call", "1", "list")]
    [InlineData("""{"\u006asonrpc":"2.0","i\u0064":1,"m\u0065thod":"tools/call","p\u0061rams":{"n\u0061me":"list"}}""", "tools/call", "1", "list")]
    [InlineData(" \t\r\n{ \"jsonrpc\" : \"2.0\" , \"id\" :\n1 , \"method\":\"ping\" }\r\n\t ", "ping", "1", null)]
    [InlineData("""{"jsonrpc":"2.0","id":"1","method":"ping"}""", "ping", "\"1\"", null)]
    [InlineData("""{"jsonrpc":"2.0","id":"","method":"ping"}""", "ping", "\"\"", null)]
    [InlineData("""{"jsonrpc":"2.0","id":"a\"\\\u0062","method":"ping"}""", "ping", "\"a\\\"\\\\b\"", null)]
    [InlineData("""{"jsonrpc":"2.0","id":0,"method":"ping"}""", "ping", "0", null)]
    [InlineData("""{"jsonrpc":"2.0","id":-7,"method":"ping"}""", "ping", "-7", null)]
    [InlineData("""{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"ping"}""", "ping", "123456789012345678901234567890", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":""}}""", "tools/call", "1", "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"søk_🔍\u00e9\ud83d\udd0d"}}""", "tools/call", "1", "søk_🔍é🔍")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", "notifications/initialized", null, null)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"notifications/x"}""", "notifications/x", "1", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"acme/anything","params":[1,{"a":1}]}""", "acme/anything", "1", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":""}""", "", "1", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{}}""", null, "1", null)]
    [InlineData("""{"jsonrpc":"2.0","id":"s","result":null}""", null, "\"s\"", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}""", null, "1", null)]
    [InlineData("""{"jsonrpc":"2.0","error":{"code":-32700,"message":"what?"}}""", null, null, null)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","trace":{"b":[true,false,null,1e9,-0.5]}}""", "ping", "1", null)]
    public void What_every_server_reads_alike_is_read(string body, string? method, string? id, string? tool)
    {
        var fault = MessageReader.Read(Encoding.UTF8.GetBytes(body), out var message);

        Assert.Null(fault);
        Assert.Equal(method, message.Method);
        Assert.Equal(id, message.Id?.ToString());
        Assert.Equal(tool, message.ToolName);
    }

    [Fact]
    public void Params_lie_where_the_object_begins_and_ends()
    {
        var body = """{"jsonrpc":"2.0","id":1,"params": {"name":"é", "arguments":{"a":[{}]} } ,"method":"tools/call"}"""u8;

        var fault = MessageReader.Read(body, out var message);

        Assert.Null(fault);
        Assert.Equal("""{"name":"é", "arguments":{"a":[{}]} }"""u8, body[message.Params!.Value]);
    }

    [Fact]
    public void The_revision_is_taken_from_meta_only()
    {
        var body = """
            {"jsonrpc":"2.0","id":1,"method":"ping","params":{
              "io.modelcontextprotocol/protocolVersion":"wrong",
              "_meta":{"x":{"io.modelcontextprotocol/protocolVersion":"wrong"},
                       "io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}
            """u8;

        Assert.Null(MessageReader.Read(body, out var message));
        Assert.Equal("2026-07-28", message.ProtocolVersion);
    }

    [Fact]
    public void A_trace_may_be_spelled_with_escapes()
    {
        var body = Encoding.UTF8.GetBytes(Messages.Call(
            """ "name":"a","_meta":{"traceparent":"\u0030\u0030-x","tracestate":"a=1\u002B2"} """));

        Assert.Null(MessageReader.Read(body, out var message));
        Assert.Equal(("00-x", "a=1+2"), (message.TraceParent, message.TraceState));
    }

    [Theory]
    [InlineData("""{"Name":1,"name":2,"NAME":3}""")]
    [InlineData("""{"a":{"x":1},"b":{"x":1},"c":[{"x":1},{"x":1}]}""")]
    [InlineData("""{"method":1,"Method":2,"params":{"name":1,"name\u0000":2}}""")]
    [InlineData("""{"":1," ":2,"\u0000":3}""")]
    [InlineData("""{"ſ":1,"s":2,"S":3}""")]
    [InlineData("""{"a":"\ud800 in a value that nobody unescapes"}""")]
    public void Arguments_are_the_callers_own_and_may_differ_only_in_case(string arguments)
    {
        var body = Encoding.UTF8.GetBytes(Messages.Call($"\"name\":\"a\",\"arguments\":{arguments}"));

        Assert.Null(MessageReader.Read(body, out _));
    }

    [Fact]
    public void Sixty_four_levels_are_read()
    {
        // The root, params and sixty-two arrays.
        var body = Messages.Call($"\"name\":\"a\",\"arguments\":{new string('[', 62)}{new string(']', 62)}");

        Assert.Null(MessageReader.Read(Encoding.UTF8.GetBytes(body), out _));
    }

    [Fact]
    public void An_id_of_the_greatest_length_is_read()
    {
        var body = $$"""{"jsonrpc":"2.0","id":"{{new string('x', JsonRpcId.BytesMax)}}","method":"ping"}""";

        Assert.Null(MessageReader.Read(Encoding.UTF8.GetBytes(body), out _));
    }

    [Fact]
    public void A_reader_that_met_a_fault_forgets_it()
    {
        Assert.NotNull(MessageReader.Read("""{"a":{"b":{"c":1,"c":2"""u8, out _));

        Assert.Null(MessageReader.Read("""{"jsonrpc":"2.0","id":1,"method":"ping","a":{"b":{"c":1}}}"""u8, out _));
    }
}
