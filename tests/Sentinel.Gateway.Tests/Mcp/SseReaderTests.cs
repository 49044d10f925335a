using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

public sealed class SseReaderTests
{
    [Theory]
    [InlineData("data: a\n\n", "a|")]
    [InlineData("data: a\ndata: b\n\n", "a\nb|")]
    [InlineData("data: a\r\ndata: b\r\n\r\n", "a\nb|")]
    [InlineData("data: a\rdata: b\r\r", "a\nb|")]
    [InlineData("data:  a \n\n", " a |")]
    [InlineData("data: a: b\n\n", "a: b|")]
    [InlineData("data:\n\n", "|")]
    [InlineData("data:\ndata:\n\n", "\n|")]
    [InlineData("data: a\n\ndata: b\n\n", "a|b|")]
    [InlineData("data: a\n\n\n\ndata: b\n\n", "a|b|")]
    [InlineData("data: a\nid: 1\n\n", "a|")]
    [InlineData("event: x\nid: 1\nretry: 2\n\n", "")]
    [InlineData(": data: a\n\n", "")]
    [InlineData("data: a\n", "a")]
    [InlineData("data\n\n", "|")]
    [InlineData("data\ndata\n\n", "\n|")]
    [InlineData("data: a\r\ndata\r\ndata:b\r\n\r\n", "a\n\nb|")]
    [InlineData("data", "")]
    [InlineData("dat\ndata: a\nid\n\n", "a|")]
    [InlineData("\uFEFFdata: a\n\n", "a|")]
    [InlineData("\r\n\r\ndata: a\r\n\r\n", "a|")]
    [InlineData("", "")]
    public void Data_is_the_same_wherever_the_stream_is_cut(string stream, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);

        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(expected, Read([bytes[..cut], bytes[cut..]]));
        }

        Assert.Equal(expected, Read(bytes.Select(b => new[] { b })));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Any_lines_are_read_the_same_in_three_parts_and_byte_by_byte(int seed)
    {
        string[] pieces = ["data", ":", " ", "\r", "\n", "\r\n", "\n\n", "id", "7", "\0", "\uFEFF", "dat", "data: x", "é", "|"];
        var random = new Random(seed);
        for (var round = 0; round < 5000; round++)
        {
            var text = string.Concat(random.GetItems(pieces, random.Next(30)));
            var bytes = Encoding.UTF8.GetBytes(text);
            var place = $"seed {seed}, round {round}: {text}";

            var whole = Read([bytes]);
            Assert.True(whole == Read(RandomText.InThree(random, bytes)), place);
            Assert.True(whole == Read(bytes.Select(b => new[] { b })), place);
        }
    }

    // The data of all events, with a bar where an event ends.
    private static string Read(IEnumerable<byte[]> parts)
    {
        var reader = default(SseReader);
        var text = new List<byte>();
        foreach (var part in parts)
        {
            var rest = part.AsSpan();
            while (!rest.IsEmpty)
            {
                rest = rest[reader.Read(rest, out var data, out var isEventEnd)..];
                text.AddRange(data);
                if (isEventEnd)
                {
                    text.Add((byte)'|');
                }
            }
        }

        return Encoding.UTF8.GetString([.. text]);
    }
}
