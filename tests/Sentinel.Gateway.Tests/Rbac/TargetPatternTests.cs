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
    [InlineData("prompt:x")]
    [InlineData("resource:/x")]
    [InlineData("tool:github/")]
    public void What_is_no_pattern_is_refused_with_what_to_write_instead(string text)
    {
        var fault = Assert.Throws<FormatException>(() => TargetPattern.Parse(text, null));

        Assert.Contains("write backend/tool", fault.Message, StringComparison.Ordinal);
        Assert.False(TargetPattern.TryParse(text, null, out _));
    }

    [Theory]
    [InlineData(":")]
    [InlineData("Prompt:a/b")]
    [InlineData("agent:a/b")]
    [InlineData("github:8080/search")]
    public void What_is_no_kind_is_refused_with_the_kinds_there_are(string text)
    {
        var fault = Assert.Throws<FormatException>(() => TargetPattern.Parse(text, null));

        Assert.Contains("write tool:, prompt: or resource:", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*", nameof(TargetKind.Tool), "*", "*")]
    [InlineData("tool:*", nameof(TargetKind.Tool), "*", "*")]
    [InlineData("prompt:*", nameof(TargetKind.Prompt), "*", "*")]
    [InlineData("resource:*", nameof(TargetKind.Resource), "*", "*")]
    [InlineData("tool:github/search", nameof(TargetKind.Tool), "github", "search")]
    [InlineData("github/a:b", nameof(TargetKind.Tool), "github", "a:b")]
    [InlineData("prompt:notes/x/y", nameof(TargetKind.Prompt), "notes", "x/y")]
    [InlineData("resource:files/file:///data/*", nameof(TargetKind.Resource), "files", "file:///data/*")]
    public void A_pattern_is_a_kind_a_backend_and_a_name(string text, string kind, string backend, string name)
    {
        var pattern = TargetPattern.Parse(text, null);

        Assert.Equal((kind, backend, name), (pattern.Kind.ToString(), pattern.Backend, pattern.Name));
    }

    [Theory]
    [InlineData("a/*", "a/b*", true)]
    [InlineData("*", "a/b*", true)]
    [InlineData("A/B*", "a/b?", true)]
    [InlineData("a/b*", "a/*", false)]
    [InlineData("a/?", "a/*", false)]
    [InlineData("a/??*", "a/*", false)]
    [InlineData("prompt:a/*", "a/b", false)]
    public void A_pattern_covers_what_matches_nothing_else(string pattern, string other, bool isCovered) =>
        Assert.Equal(isCovered, TargetPattern.Parse(pattern, null).Covers(TargetPattern.Parse(other, null)));

    [Fact]
    public void No_text_is_no_pattern() => Assert.False(TargetPattern.TryParse(null, null, out _));

    [Fact]
    public void A_pattern_shows_as_it_was_written() =>
        Assert.Equal("Git*/Search", TargetPattern.Parse("Git*/Search", null).ToString());
}
