using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

public sealed class ObservedEventTests
{
    private const string Result = """{"jsonrpc":"2.0","id":1,"result":{}}""";

    [Theory]
    [InlineData("LF", $"data: {Result}\n\n")]
    [InlineData("CR", $"data: {Result}\r\r")]
    [InlineData("CRLF", $"data: {Result}\r\n\r\n")]
    [InlineData("mixed line ends", $"event: message\r\ndata: {Result}\r\n\n")]
    [InlineData("no space after the colon", $"data:{Result}\n\n")]
    [InlineData("two spaces after the colon", $"data:  {Result}\n\n")]
    [InlineData("a byte order mark", $"\uFEFFdata: {Result}\n\n")]
    [InlineData("comments", $": hello\n:\ndata: {Result}\n: more\n\n")]
    [InlineData("comments between events", $": ping\n\n: ping\n\ndata: {Result}\n\n")]
    [InlineData("other fields", $"id: 7\nretry: 5\nevent: message\ndata: {Result}\nfoo: bar\nbaz\n\n")]
    [InlineData("a priming event", $"id: 1\nretry: 10\ndata:\n\ndata: {Result}\n\n")]
    [InlineData("a priming event with a space", $"data: \n\ndata: {Result}\n\n")]
    [InlineData("a priming event without data", $"id: 1\n\ndata: {Result}\n\n")]
    [InlineData("blank lines before", $"\n\r\n\rdata: {Result}\n\n")]
    [InlineData("several data lines", "data: {\"id\":1,\ndata: \"result\"\ndata\ndata::{}}\n\n")]
    [InlineData("several data lines and a space", "data: {\"id\":1,\ndata: \"result\"\ndata\ndata: :{}}\n\n")]
    [InlineData("lines of other names between", "data: {\"id\":1,\nid: 4\n: x\ndata:\"result\":{}}\r\n\r\n")]
    [InlineData("notifications before", $"data: {{\"method\":\"notifications/progress\",\"params\":{{\"id\":1}}}}\n\ndata: {Result}\n\n")]
    [InlineData("a request of the server's with the same id",
        $"data: {{\"id\":1,\"method\":\"roots/list\"}}\n\ndata: {Result}\n\n")]
    [InlineData("garbage in an event before", $"data: {{\"id\":[\"\n\ndata: {Result}\n\n")]
    [InlineData("no blank line", $"data: {Result}\n", false)]
    [InlineData("no line end", $"data: {Result}", false)]
    [InlineData("CRLF and no blank line", $"data: {Result}\r\n", false)]
    [InlineData("another name", $"Data: {Result}\n\n", false)]
    [InlineData("a longer name", $"datas: {Result}\n\n", false)]
    [InlineData("a shorter name", $"dat: {Result}\n\n", false)]
    [InlineData("a space before the name", $" data: {Result}\n\n", false)]
    [InlineData("a space before the colon", $"data : {Result}\n\n", false)]
    [InlineData("a comment that looks like data", $":data: {Result}\n\n", false)]
    [InlineData("a second byte order mark", $"\uFEFF\uFEFFdata: {Result}\n\n", false)]
    [InlineData("a byte order mark later", $"\n\uFEFFdata: {Result}\n\n", false)]
    [InlineData("a message cut by a blank line", "data: {\"id\":1,\n\ndata: \"result\":{}}\n\n", false)]
    public void Events_are_found_as_browsers_find_them(string with, string stream, bool isFound = true)
    {
        var (answer, unmatched) = Observing.Everywhere(stream, isEventStream: true, Observing.One);

        Assert.True(isFound == (answer == Answer.Success), $"{with}: {answer}");
        Assert.Null(unmatched);
    }

    [Theory]
    [InlineData("EF")]
    [InlineData("EFBB")]
    public void A_part_of_a_byte_order_mark_belongs_to_the_name(string hex)
    {
        byte[] stream = [.. Convert.FromHexString(hex), .. Encoding.UTF8.GetBytes($"data: {Result}\n\n")];

        Assert.Null(Observing.Everywhere(stream, isEventStream: true, Observing.One).Answer);
    }

    [Fact]
    public void The_first_answer_stands()
    {
        var stream = $"data: {Result}\n\n" + """data: {"id":1,"error":{"code":1}}""" + "\n\n";

        Assert.Equal(Answer.Success, Observing.Everywhere(stream, isEventStream: true, Observing.One).Answer);
    }
}
