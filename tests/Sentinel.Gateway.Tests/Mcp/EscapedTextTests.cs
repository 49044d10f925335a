using System.Text;
using System.Text.Json;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

public sealed class EscapedTextTests
{
    private static readonly string[] Pieces =
    [
        "a", "é", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\b\\f\\r\\t", "\\u0041", "\\u00e9", "\\u00E9", "\\ud83d\\ude00",
        "\\u0000", "\\u2028",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_string_is_read_as_System_Text_Json_reads_it(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            var raw = string.Concat(random.GetItems(Pieces, random.Next(12)));
            var expected = JsonSerializer.Deserialize<string>($"\"{raw}\"")!;
            var bytes = Encoding.UTF8.GetBytes(raw);

            Assert.Equal(expected, EscapedText.Read(bytes, isCut: false));
            Assert.True(EscapedText.Spells(bytes, Encoding.UTF8.GetBytes(expected)), raw);
            Assert.False(EscapedText.Spells(bytes, Encoding.UTF8.GetBytes(expected + "x")), raw);
            Assert.False(EscapedText.Spells(Encoding.UTF8.GetBytes(raw + "x"), Encoding.UTF8.GetBytes(expected)), raw);
        }
    }

    [Theory]
    [InlineData("a=1\\u002B2\\/3", "a=1+2/3")]
    [InlineData("\\u0030\\u0030-", "00-")]
    [InlineData("a=\\ud800", null)]
    [InlineData("a=\\ud83d\\ude00", null)]
    [InlineData("a=\\u00e9", null)]
    [InlineData("\\u002B\u00e9", null)]
    [InlineData("a=1\\r\\nX: 1", null)]
    [InlineData("a=\\u007f", null)]
    [InlineData("a=\\u0000", null)]
    public void Printable_text_is_read_or_nothing(string raw, string? text) =>
        Assert.Equal(text, EscapedText.ReadPrintable(Encoding.UTF8.GetBytes(raw)));

    [Theory]
    [InlineData("\\")]
    [InlineData("\\x")]
    [InlineData("\\u12")]
    [InlineData("\\u12g4")]
    [InlineData("\\u+123")]
    [InlineData("\\ud800")]
    [InlineData("\\udc00")]
    [InlineData("\\ud800\\u0041")]
    [InlineData("\\ud800\\n")]
    public void What_spells_nothing_is_shown_as_it_came_and_equals_nothing(string raw)
    {
        var bytes = Encoding.UTF8.GetBytes(raw);

        Assert.Equal(raw.Replace("\\u0041", "A").Replace("\\n", "\n"), EscapedText.Read(bytes, isCut: false));
        Assert.False(EscapedText.Spells(bytes, bytes));
        Assert.False(EscapedText.Spells(bytes, "\uFFFD"u8));
    }

    [Theory]
    [InlineData("a\\", "a")]
    [InlineData("a\\u00e", "a")]
    [InlineData("a\\ud83d", "a")]
    [InlineData("a\\ud83d\\ude0", "a")]
    [InlineData("a\\ud83d\\ude00", "a😀")]
    public void A_cut_escape_is_left_out(string raw, string expected) =>
        Assert.Equal(expected, EscapedText.Read(Encoding.UTF8.GetBytes(raw), isCut: true));
}
