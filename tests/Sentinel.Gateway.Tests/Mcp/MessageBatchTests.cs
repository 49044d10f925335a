using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

public sealed class MessageBatchTests
{
    [Theory]
    [InlineData("[]", true)]
    [InlineData(" \t\r\n[1]", true)]
    [InlineData("{}", false)]
    [InlineData("", false)]
    [InlineData("\"[\"", false)]
    public void Is_an_array(string body, bool isBatch) =>
        Assert.Equal(isBatch, MessageBatch.IsBatch(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Is_parted_into_what_stands_between_its_commas()
    {
        var body = """ [ {"a":[1,{"b":"]"}]} , "x,y",[2,[3]] ,4.5, null ] """u8.ToArray();
        var places = new List<Range>();

        Assert.Null(MessageBatch.Split(body, places));
        Assert.Equal(
            ["""{"a":[1,{"b":"]"}]}""", "\"x,y\"", "[2,[3]]", "4.5", "null"],
            places.Select(place => Encoding.UTF8.GetString(body[place])));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[ ]")]
    public void Is_not_empty(string body) => Assert.Equal(MessageFault.BatchSize, Split(body));

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void Has_at_most_a_hundred_messages(int count, bool isTaken)
    {
        var body = $"[{string.Join(',', Enumerable.Repeat("{}", count))}]";

        Assert.Equal(isTaken ? null : MessageFault.BatchSize, Split(body));
    }

    [Theory]
    [InlineData("[{}")]
    [InlineData("[{},]")]
    [InlineData("[{}]]")]
    [InlineData("[{}][]")]
    [InlineData("[{}}]")]
    [InlineData("[,{}]")]
    public void Is_one_JSON_value(string body) => Assert.Equal(MessageFault.Json, Split(body));

    [Fact]
    public void Is_UTF_8() =>
        Assert.Equal(MessageFault.Encoding, MessageBatch.Split([.. "[\""u8, 0xFF, .. "\"]"u8], []));

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":"1","method":"ping"}""", true)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping"}""", false)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{}}""", true)]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", true)]
    [InlineData("""{"jsonrpc":"2.0","id":2,"method":"initialize"}""", false)]
    [InlineData("""{"jsonrpc":"2.0","id":2,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}""", false)]
    public void Beside_request_1_takes(string other, bool isTaken)
    {
        Assert.Null(MessageReader.Read(Encoding.UTF8.GetBytes(Messages.WithId("1")), out var first));
        Assert.Null(MessageReader.Read(Encoding.UTF8.GetBytes(other), out var second));

        Assert.Equal(isTaken, BatchRules.Judge(second, [first]) is null);
    }

    private static MessageFault? Split(string body) => MessageBatch.Split(Encoding.UTF8.GetBytes(body), []);
}
