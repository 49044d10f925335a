using Sentinel.Gateway.Mcp.Lists;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp.Lists;

public sealed class ListEditorTests
{
    [Theory]
    [InlineData("""{"name":"a"}""")]
    [InlineData("")]
    [InlineData(""" {"name":"a"} , {"name":"b"} """)]
    [InlineData("""{"inputSchema":{"minimum":1.00e+2,"maximum":12345678901234567890.10},"name":"\u0061","x":[1,"\ud83d\ude00"]}""")]
    [InlineData("""{"name":"a","annotations":{"name":"hidden"},"icons":[{"name":"hidden"}]}""")]
    public void A_list_of_which_nothing_is_hidden_stays_as_it_came(string items)
    {
        var body = Listing.Message($$"""{ "tools" : [{{items}}], "nextCursor":"","_meta":{"n":1.0} }""");

        Assert.True(ListEditor.Edit(System.Text.Encoding.UTF8.GetBytes(body), Listing.Shows) == ListEdit.Untouched);
    }

    [Theory]
    [InlineData("""{"name":"hidden"}""", "")]
    [InlineData(""" {"name":"hidden"} """, "  ")]
    [InlineData("""{"name":"hidden"},{"name":"a"}""", """{"name":"a"}""")]
    [InlineData("""{"name":"a"},{"name":"hidden"}""", """{"name":"a"}""")]
    [InlineData("""{"name":"a"} , {"name":"hidden"} , {"name":"b"}""", """{"name":"a"} , {"name":"b"}""")]
    [InlineData("""{"name":"hidden1"} , {"name":"hidden2"} , {"name":"b"}""", """{"name":"b"}""")]
    [InlineData("""{"name":"a"},{"name":"hidden1"},{"name":"hidden2"} """, """{"name":"a"} """)]
    [InlineData("""{"name":"hidden1"},{"name":"hidden2"}""", "")]
    [InlineData("""{"name":"hidden1"},{"name":"a"},{"name":"hidden2"},{"name":"b"},{"name":"hidden3"}""",
        """{"name":"a"},{"name":"b"}""")]
    [InlineData("""{"name":"h\u0069dden"},{"n\u0061me":"a"}""", """{"n\u0061me":"a"}""")]
    [InlineData("""{"description":"x]},{[","name":"hidden","inputSchema":{"a":[{}]}},{"name":"a","n":1e400}""",
        """{"name":"a","n":1e400}""")]
    public void Hidden_items_leave_with_their_comma_and_nothing_else_changes(string items, string left)
    {
        const string Before = """{"_meta":{"big":12345678901234567890.10},"tools":[""";
        const string After = """],"nextCursor":"p\u0032","unknown": 1.50 }""";

        var edited = Listing.Edit(Listing.Message(Before + items + After));

        Assert.Equal(Listing.Message(Before + left + After), edited);
        Assert.NotNull(System.Text.Json.Nodes.JsonNode.Parse(edited));
    }

    [Theory]
    [InlineData("tools", "name")]
    [InlineData("prompts", "name")]
    [InlineData("resources", "uri")]
    [InlineData("resourceTemplates", "uriTemplate")]
    public void Each_list_has_the_key_that_names_its_items(string list, string key)
    {
        var body = Listing.Message($$"""{"{{list}}":[{"{{key}}":"hidden"},{"{{key}}":"a"}]}""");

        Assert.Equal(Listing.Message($$"""{"{{list}}":[{"{{key}}":"a"}]}"""), Listing.Edit(body));
    }

    [Theory]
    [InlineData("no object", "1")]
    [InlineData("no object", "null")]
    [InlineData("no object", """["a"]""")]
    [InlineData("no name", "{}")]
    [InlineData("no name", """{"title":"a"}""")]
    [InlineData("a number for a name", """{"name":1}""")]
    [InlineData("an object for a name", """{"name":{"name":"a"}}""")]
    [InlineData("two names", """{"name":"a","name":"a"}""")]
    [InlineData("two names, one escaped", """{"name":"a","n\u0061me":"b"}""")]
    [InlineData("a name in another case", """{"Name":"a"}""")]
    [InlineData("a look-alike before", """{"NAME":"a","name":"b"}""")]
    [InlineData("a look-alike behind", """{"name":"b","Name":"a"}""")]
    [InlineData("a look-alike with a NUL", """{"name":"b","name\u0000x":"a"}""")]
    [InlineData("a key that is no Unicode", """{"name":"b","\ud800":"a"}""")]
    [InlineData("a name that is no Unicode", """{"name":"\ud800"}""")]
    [InlineData("a name that no call can carry", """{"name":"a\u0007"}""")]
    public void An_item_whose_name_is_in_doubt_is_not_shown(string with, string item)
    {
        var edited = Listing.Edit(Listing.Message($$"""{"tools":[{{item}},{"name":"a"}]}"""));

        Assert.True(edited == Listing.Message("""{"tools":[{"name":"a"}]}"""), $"{with}: {edited}");
    }

    [Theory]
    [InlineData(""" "public" """)]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"Private\"")]
    public void A_list_is_private_whatever_its_server_says(string scope)
    {
        var before = Listing.Edit(Listing.Message($$"""{"cacheScope":{{scope.Trim()}},"tools":[{"name":"a"}],"ttlMs":5}"""));
        var behind = Listing.Edit(Listing.Message($$"""{"tools":[{"name":"hidden"}],"cacheScope" :{{scope.Trim()}} }"""));

        Assert.Equal(Listing.Message("""{"cacheScope":"private","tools":[{"name":"a"}],"ttlMs":5}"""), before);
        Assert.Equal(Listing.Message("""{"tools":[],"cacheScope" :"private" }"""), behind);
    }

    [Theory]
    [InlineData("""{"tools":[{"name":"a"}],"cacheScope":"private"}""")]
    [InlineData("""{"capabilities":{"tools":{}},"cacheScope":"public"}""")]
    [InlineData("""{"contents":[],"cacheScope":"public"}""")]
    [InlineData("""{"content":[{"tools":[{"name":"hidden"}]}]}""")]
    [InlineData("""{"tools":{"name":"hidden"},"cacheScope":"public"}""")]
    [InlineData("""{"tools":null}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public void A_result_without_a_list_stays_as_it_came(string result) =>
        Assert.Equal(Listing.Message(result), Listing.Edit(Listing.Message(result)));

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"tools/list","data":{"tools":[{"name":"hidden"}]}}}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"x","params":{"result":{"tools":[{"name":"hidden"}]}}}""")]
    [InlineData("[]")]
    [InlineData("1")]
    public void Another_answer_stays_as_it_came(string body) => Assert.Equal(body, Listing.Edit(body));

    [Fact]
    public void Every_list_of_a_batch_is_edited()
    {
        var call = Listing.Message("""{"content":[{"type":"text","text":"hidden"}]}""", "1");
        var tools = Listing.Message("""{"tools":[{"name":"hidden"},{"name":"a"}]}""", "\"2\"");
        var both = Listing.Message("""{"prompts":[{"name":"hidden"}],"resources":[{"uri":"x:a"},{"uri":"hidden"}]}""", "3");

        var edited = Listing.Edit($"[{call} , {tools},{both}, 1]");

        var editedTools = Listing.Message("""{"tools":[{"name":"a"}]}""", "\"2\"");
        var editedBoth = Listing.Message("""{"prompts":[],"resources":[{"uri":"x:a"}]}""", "3");
        Assert.Equal($"[{call} , {editedTools},{editedBoth}, 1]", edited);
    }

    [Fact]
    public void A_byte_order_mark_stays_where_it_was()
    {
        var body = "\uFEFF" + Listing.Message("""{"tools":[{"name":"hidden"}]}""");

        Assert.Equal("\uFEFF" + Listing.Message("""{"tools":[]}"""), Listing.Edit(body));
    }

    [Theory]
    [InlineData("nothing", "")]
    [InlineData("no JSON", "tools")]
    [InlineData("a cut message", """{"id":1,"result":{"tools":[{"name":"a"}""")]
    [InlineData("trailing data", """{"id":1,"result":{"tools":[]}} {}""")]
    [InlineData("a comment", """{"id":1,/**/"result":{"tools":[]}}""")]
    [InlineData("two results", """{"id":1,"result":{},"result":{"tools":[]}}""")]
    [InlineData("two results, one escaped", """{"id":1,"r\u0065sult":{"tools":[]},"result":{}}""")]
    [InlineData("a result in another case", """{"id":1,"Result":{"tools":[]}}""")]
    [InlineData("a result with a NUL", """{"id":1,"result\u0000":{"tools":[]}}""")]
    [InlineData("two lists", """{"id":1,"result":{"tools":[],"tools":[{"name":"a"}]}}""")]
    [InlineData("a list in another case", """{"id":1,"result":{"Tools":[{"name":"a"}]}}""")]
    [InlineData("a list with a long s", "{\"id\":1,\"result\":{\"tool\u017F\":[{\"name\":\"a\"}]}}")]
    [InlineData("a scope in another case", """{"id":1,"result":{"tools":[],"CacheScope":"public"}}""")]
    [InlineData("two scopes", """{"id":1,"result":{"tools":[],"cacheScope":"private","cacheScope":"public"}}""")]
    [InlineData("a key that is no Unicode", """{"id":1,"result":{"\udc00":1,"tools":[]}}""")]
    public void An_answer_that_clients_could_read_differently_is_unreadable(string with, string body) =>
        Assert.True(Listing.Edit(body) == Listing.Unreadable, with);

    [Fact]
    public void An_answer_that_is_no_UTF_8_is_unreadable()
    {
        byte[] latin = [.. "{\"id\":1,\"result\":{\"tools\":[{\"name\":\"a"u8, 0xE9, .. "\"}]}}"u8];

        Assert.False(ListEditor.Edit(latin, Listing.Shows).IsReadable);
    }
}
