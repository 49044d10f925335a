using System.Text;
using Sentinel.Gateway.Mcp.Lists;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp.Lists;

public sealed class ListEventReaderTests
{
    private const string Sent = """{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"hidden"},{"name":"a"}]}}""";
    private const string Shown = """{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"}]}}""";

    [Theory]
    [InlineData($"data: {Sent}\n\n", $"data: {Shown}\n\n")]
    [InlineData($"data:{Sent}\r\n\r\n", $"data:{Shown}\r\n\r\n")]
    [InlineData($"data:  {Sent}\r\r", $"data:  {Shown}\r\r")]
    [InlineData($"\uFEFFdata: {Sent}\n\n", $"\uFEFFdata: {Shown}\n\n")]
    [InlineData($"id: 7\nevent: message\ndata: {Sent}\nretry: 5\n: note\n\n",
        $"id: 7\nevent: message\ndata: {Shown}\nretry: 5\n: note\n\n")]
    [InlineData($": ping\n\ndata: {Sent}\n\n: ping\n\ndata: {Sent}\n\n",
        $": ping\n\ndata: {Shown}\n\n: ping\n\ndata: {Shown}\n\n")]
    [InlineData($"data: {{\"method\":\"x\"}}\n\ndata: {Sent}\n\ndata: {{\"id\":2,\"result\":{{}}}}\n\n",
        $"data: {{\"method\":\"x\"}}\n\ndata: {Shown}\n\ndata: {{\"id\":2,\"result\":{{}}}}\n\n")]
    [InlineData("data: {\"result\":{\ndata: \"tools\"\nid: 1\ndata: :[{\"name\":\"hidden\"},\ndata:{\"name\":\"a\"}]}}\n\n",
        "data: {\"result\":{\ndata: \"tools\"\ndata: :[{\"name\":\"a\"}]}}\nid: 1\n\n")]
    [InlineData($"data: [{{\"method\":\"x\"}},{Sent}]\n\n", $"data: [{{\"method\":\"x\"}},{Shown}]\n\n")]
    [InlineData("data: {\"result\":{\"cacheScope\":\"public\",\"tools\":[]},\"id\":1}\n\n",
        "data: {\"result\":{\"cacheScope\":\"private\",\"tools\":[]},\"id\":1}\n\n")]
    [InlineData("data: {\"r\\u0065sult\":{\"\\u0074ools\":[{\"name\":\"hidden\"}]}}\n\n",
        "data: {\"r\\u0065sult\":{\"\\u0074ools\":[]}}\n\n")]
    public void Lists_are_edited_wherever_the_stream_is_cut(string sent, string expected) =>
        Assert.Equal((expected, false), Listing.Stream(sent));

    [Theory]
    [InlineData("")]
    [InlineData(": ping\n")]
    [InlineData("id: 1\nretry: 10\ndata: \n\n")]
    [InlineData("event: endpoint\ndata: /messages?x=1\n\n")]
    [InlineData("data: not JSON at all {{{ \"result\":{\"tools\":\n\ndata: {\"id\":[\"\n\n")]
    [InlineData("data: {\"method\":\"x\",\"params\":{\"result\":{\"tools\":[]}}}\r\n\r\n")]
    [InlineData("data: {\"id\":1,\"result\":{\"content\":[{\"tools\":[{\"name\":\"hidden\"}]}]}}\n\n")]
    [InlineData("data: {\"id\":1,\"result\":{\"capabilities\":{\"tools\":{}}}}\n\n")]
    [InlineData("data: {\"id\":1,\"result\":{\"tools\":[{\"name\" : \"a\"}],\ndata: \"nextCursor\":\"\"}}\n\n")]
    [InlineData("data: {\"id\":1,\"result\":{}}\ndata\n")]
    [InlineData("data: {\"id\":1,\"error\":{\"data\":{\"tools\":[{\"name\":\"hidden\"}]}}}\n\n")]
    [InlineData("\uFEFF\uFEFFdata: {\"result\":{\"tools\":[{\"name\":\"hidden\"}]}}\n\n")]
    [InlineData("datas: {\"result\":{\"tools\":[{\"name\":\"hidden\"}]}}\n\n")]
    public void Whatever_else_comes_passes_byte_for_byte(string sent) =>
        Assert.Equal((sent, false), Listing.Stream(sent));

    [Theory]
    [InlineData("a list that is no JSON", "data: {\"result\":{\"tools\":[{\"name\":\"hidden\"},]}}\n\n")]
    [InlineData("two lists", "data: {\"result\":{\"tools\":[],\"tools\":[{\"name\":\"hidden\"}]}}\n\n")]
    [InlineData("another case", "data: {\"result\":{\"Tools\":[{\"name\":\"hidden\"}]}}\n\n")]
    [InlineData("another case of result", "data: {\"RESULT\":{\"tools\":[{\"name\":\"hidden\"}]}}\n\n")]
    [InlineData("a NUL", "data: {\"result\":{\"tools\\u0000\":[{\"name\":\"hidden\"}]}}\n\n")]
    [InlineData("no blank line", "data: {\"result\":{\"tools\":[{\"name\":\"hidden\"}]}}\n")]
    [InlineData("no line end", "data: {\"result\":{\"tools\":[{\"name\":\"hidden\"}")]
    public void A_list_that_cannot_be_read_cuts_the_stream_before_its_event_ends(string with, string sent)
    {
        var (text, isCut) = Listing.Stream(": first\n\n" + sent + "data: never\n\n");

        Assert.True(isCut, with);
        Assert.StartsWith(": first\n\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", text, StringComparison.Ordinal);
        Assert.DoesNotContain("never", text, StringComparison.Ordinal);
        Assert.False(text.EndsWith("\n\n", StringComparison.Ordinal) && text.Length > 9, text);
    }

    [Theory]
    [InlineData("data: {\"method\":null,\"result\":{\"tools\":[{\"name\":\"hidden\"}]}}\n\n")]
    [InlineData("data: {\"result\":{\"content\":[],\"tools\":[{\"name\":\"hidden\"}]}}\n\n")]
    [InlineData("data: {\"error\":null,\"result\":{\"tools\":[{\"name\":\"hidden\"}]}}\n\n")]
    public void A_list_that_comes_late_in_its_event_is_never_shown_unedited(string sent)
    {
        var bytes = Encoding.UTF8.GetBytes(sent);
        for (var at = 0; at <= bytes.Length; at++)
        {
            var reader = new ListEventReader(Listing.Shows);
            reader.Add(bytes.AsSpan(0, at));
            reader.Add(bytes.AsSpan(at));
            reader.End();

            Assert.DoesNotContain("hidden", Encoding.UTF8.GetString(reader.Passable), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_large_event_that_is_no_list_passes_before_it_is_whole()
    {
        var reader = new ListEventReader(Listing.Shows);
        reader.Add("data: {\"id\":1,\"result\":{\"content\":[{\"text\":\""u8);
        Assert.False(reader.Passable.IsEmpty);

        var other = new ListEventReader(Listing.Shows);
        other.Add("data: {\"id\":1,\"result\":{\"new\":\""u8);
        Assert.True(other.Passable.IsEmpty);
        other.Add(Encoding.UTF8.GetBytes(new string('x', ListEventReader.UndecidedBytesMax)));
        Assert.False(other.Passable.IsEmpty);
    }

    [Fact]
    public void A_list_is_held_up_to_its_bound_and_not_beyond()
    {
        var reader = new ListEventReader(Listing.Shows);
        reader.Add("data: {\"result\":{\"tools\":[{\"description\":\""u8);
        var part = Encoding.UTF8.GetBytes(new string('x', 64 * 1024));
        for (var held = 0; held < ListEventReader.HeldBytesMax - part.Length; held += part.Length)
        {
            reader.Add(part);
            Assert.False(reader.IsCut);
        }

        reader.Add(part);
        reader.Add(part);

        Assert.True(reader.IsCut);
        Assert.True(reader.Passable.IsEmpty);
    }

    [Fact]
    public void Comments_pass_at_once()
    {
        var reader = new ListEventReader(Listing.Shows);

        reader.Add(": ping\n"u8);

        Assert.Equal(": ping\n", Encoding.UTF8.GetString(reader.Passable));
    }
}
