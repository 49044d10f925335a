using System.Globalization;
using System.Text;
using Sentinel.Benchmarks.Load;
using Xunit;

namespace Sentinel.Gateway.Tests.Benchmarks;

public sealed class AnswerReaderTests
{
    private const string Id = "1234567890";
    private const string Result = """{"jsonrpc":"2.0","id":1234567890,"result":{"content":[]}}""";

    public static TheoryData<string> Good => new(
        $"HTTP/1.1 200 OK\r\nContent-Length: {Result.Length}\r\n\r\n{Result}",
        $"HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length: {Result.Length}\r\nA: b\r\n\r\n{Result}",
        $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{Chunk(Result)}0\r\n\r\n",
        $"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{Chunk(Result[..24])}{Chunk(Result[24..])}0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
            + $"{string.Concat(Result.Select(c => Chunk(c.ToString())))}0\r\n\r\n");

    public static TheoryData<string, string> Bad => new()
    {
        { "another status", $"HTTP/1.1 503 Service Unavailable\r\nContent-Length: {Result.Length}\r\n\r\n{Result}" },
        { "another id", Whole(Result.Replace("90,", "91,", StringComparison.Ordinal)) },
        { "the id elsewhere", Whole("""{"jsonrpc":"2.0","id":1,"result":{"a":1234567890}}""") },
        { "an error", Whole(Result.Replace("result", "error", StringComparison.Ordinal)) },
        { "nothing", Whole("") },
        { "neither length nor chunks", $"HTTP/1.1 200 OK\r\n\r\n{Result}" },
        { "a chunk without a length", $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{Result}\r\n" },
        { "chunks without a result", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void An_answer_is_complete_at_its_last_byte_wherever_it_is_cut(string answer)
    {
        for (var cut = 1; cut < answer.Length; cut++)
        {
            var reader = New();
            Assert.False(Take(reader, answer[..cut]), $"at {cut}");
            Assert.True(Take(reader, answer[cut..]), $"at {cut}");
        }
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void One_answer_after_the_other_is_read_byte_by_byte(string answer)
    {
        var reader = New();
        for (var i = 0; i < 2; i++)
        {
            reader.Expect(Encoding.ASCII.GetBytes(Id));
            Assert.All(answer[..^1], c => Assert.False(Take(reader, c.ToString())));
            Assert.True(Take(reader, answer[^1..]));
        }

        Assert.Equal(2 * Result.Length, reader.BodyBytes);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Refuses(string flaw, string answer) =>
        Assert.True(Record.Exception(() => Take(New(), answer)) is InvalidOperationException, flaw);

    [Fact]
    public void A_connection_that_ends_is_no_answer() => Assert.Throws<InvalidOperationException>(() => New().Take(0));

    [Theory]
    [InlineData(Shape.SmallBytes)]
    [InlineData(1024)]
    [InlineData(64 * 1024)]
    [InlineData(1024 * 1024)]
    public void A_call_is_as_long_as_it_says_and_counts_its_id_up(int bytes)
    {
        var call = new ToolCallBytes(new Uri("http://127.0.0.1:1/bench/mcp"), ToolCallBytes.ApiKeyHeader, bytes);
        var first = Encoding.ASCII.GetString(call.Id);
        call.Next();

        var request = Encoding.ASCII.GetString(call.Request.Span);
        var body = request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        using var json = System.Text.Json.JsonDocument.Parse(body);

        Assert.Equal(bytes, body.Length);
        Assert.Contains($"Content-Length: {bytes}\r\n", request, StringComparison.Ordinal);
        Assert.Equal(long.Parse(first, CultureInfo.InvariantCulture) + 1, json.RootElement.GetProperty("id").GetInt64());
    }

    private static AnswerReader New()
    {
        var reader = new AnswerReader(4096);
        reader.Expect(Encoding.ASCII.GetBytes(Id));
        return reader;
    }

    private static bool Take(AnswerReader reader, string piece) =>
        reader.Take(Encoding.ASCII.GetBytes(piece, reader.Free.Span));

    private static string Whole(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";
}
