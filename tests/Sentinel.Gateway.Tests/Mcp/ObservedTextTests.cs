using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

public sealed class ObservedTextTests
{
    private static readonly string Thousand = new('x', Answer.TextChars);

    [Fact]
    public void An_error_text_of_a_thousand_characters_is_kept_whole() =>
        Assert.Equal(Thousand, ErrorText(Thousand));

    [Fact]
    public void A_longer_one_is_cut() => Assert.Equal(Thousand, ErrorText(Thousand + "yz"));

    [Theory]
    [InlineData("😀")]
    [InlineData("\\ud83d\\ude00")]
    public void No_cut_falls_inside_a_surrogate_pair(string smile) =>
        Assert.Equal(Thousand[1..], ErrorText(Thousand[1..] + smile + "tail"));

    [Theory]
    [InlineData(998)]
    [InlineData(999)]
    [InlineData(1000)]
    public void A_text_in_its_longest_spelling_is_cut_at_a_character(int escapes)
    {
        var spelled = string.Concat(Enumerable.Repeat("\\u0078", escapes)) + "\\ud83d\\ude00\\ud83d\\ude00";

        var text = ErrorText(spelled);

        Assert.Equal(new string('x', escapes) + (escapes == 998 ? "😀" : ""), text);
    }

    [Fact]
    public void Wide_characters_count_as_characters_not_bytes() =>
        Assert.Equal(new string('é', Answer.TextChars), ErrorText(new string('é', 5000)));

    [Fact]
    public void A_text_that_is_no_Unicode_is_still_shown() => Assert.Equal("a\\ud800b", ErrorText("a\\ud800b"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fifty_megabytes_pass_without_being_held(bool isEventStream)
    {
        var block = Encoding.UTF8.GetBytes(new string('x', 64 * 1024));
        var observer = new Watch(Observing.One, isEventStream);
        var start = "{\"result\":{\"isError\":true,\"content\":[{\"type\":\"text\",\"text\":\""u8;
        var end = "\"}]},\"id\":1}\n\n"u8;

        var before = GC.GetAllocatedBytesForCurrentThread();
        observer.Observe(isEventStream ? "data: "u8 : default);
        observer.Observe(start);
        for (var i = 0; i < 800; i++)
        {
            observer.Observe(block);
        }

        observer.Observe(end);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(new Answer(AnswerKind.ToolError, null, Thousand), observer.Answer);
        Assert.True(allocated < 256 * 1024, $"{allocated} bytes allocated");
    }

    [Fact]
    public void A_million_levels_pass_without_being_held()
    {
        var observer = new Watch(Observing.One, isEventStream: false);
        byte[] answer =
        [
            .. "{\"id\":1,\"result\":{\"a\":"u8,
            .. Encoding.UTF8.GetBytes(new string('[', 1_000_000)),
            .. Encoding.UTF8.GetBytes(new string(']', 1_000_000)),
            .. "}}"u8,
        ];

        var before = GC.GetAllocatedBytesForCurrentThread();
        observer.Observe(answer);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Answer.Success, observer.Answer);
        Assert.True(allocated < 64 * 1024, $"{allocated} bytes allocated");
    }

    private static string? ErrorText(string spelled)
    {
        var observer = new Watch(Observing.One, isEventStream: false);
        observer.Observe(Encoding.UTF8.GetBytes($$$"""{"id":1,"error":{"message":"{{{spelled}}}"}}"""));
        return observer.Answer!.Text;
    }
}
