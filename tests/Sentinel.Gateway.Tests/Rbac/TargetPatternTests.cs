using Sentinel.Gateway.Rbac;
using Xunit;

namespace Sentinel.Gateway.Tests.Rbac;

public sealed class TargetPatternTests
{
    [Theory]
    [InlineData("*", "any", "thing")]
    [InlineData("github/*", "github", "")]
    [InlineData("github/search_*", "github", "search_code")]
    [InlineData("*/search", "gitlab", "search")]
    [InlineData("git*/get_*", "gitlab", "get_issue")]
    [InlineData("files/a/b", "files", "a/b")]
    [InlineData("files/a:b", "files", "a:b")]
    public void A_pattern_takes_a_tool(string pattern, string backend, string tool) =>
        Assert.True(TargetPattern.Parse(pattern, null).Matches(backend, tool));

    [Theory]
    [InlineData("github/search", "github", "Search")]
    [InlineData("github/search", "GitHub", "search")]
    [InlineData("github/search", "gitlab", "search")]
    [InlineData("github/search", "github", "search2")]
    [InlineData("a*/b", "x", "b")]
    [InlineData("a*/b", "a/b", "")]
    [InlineData("a/b*", "a", "x/b")]
    public void A_pattern_leaves_a_tool(string pattern, string backend, string tool) =>
        Assert.False(TargetPattern.Parse(pattern, null).Matches(backend, tool));

    [Theory]
    [InlineData("github/search", true)]
    [InlineData("github/*", false)]
    [InlineData("git*/search", false)]
    [InlineData("*", false)]
    public void A_pattern_without_a_star_is_literal(string pattern, bool isLiteral) =>
        Assert.Equal(isLiteral, TargetPattern.Parse(pattern, null).IsLiteral);

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("search")]
    [InlineData("search*")]
    [InlineData("/search")]
    [InlineData("github/")]
    [InlineData("tool:github/search")]
    [InlineData("prompt:x")]
    [InlineData(":")]
    public void What_is_no_pattern_is_refused_with_what_to_write_instead(string text)
    {
        var fault = Assert.Throws<FormatException>(() => TargetPattern.Parse(text, null));

        Assert.Contains("write backend/tool", fault.Message, StringComparison.Ordinal);
        Assert.False(TargetPattern.TryParse(text, null, out _));
    }

    [Fact]
    public void No_text_is_no_pattern() => Assert.False(TargetPattern.TryParse(null, null, out _));

    [Fact]
    public void A_pattern_shows_as_it_was_written() =>
        Assert.Equal("Git*/Search", TargetPattern.Parse("Git*/Search", null).ToString());
}
