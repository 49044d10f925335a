using Sentinel.Gateway.Rbac;
using Xunit;

namespace Sentinel.Gateway.Tests.Rbac;

public sealed class GlobTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("*", "")]
    [InlineData("*", "anything / at all")]
    [InlineData("a*", "a")]
    [InlineData("a*", "abc")]
    [InlineData("*c", "abc")]
    [InlineData("a*c", "ac")]
    [InlineData("a*c", "abcbc")]
    [InlineData("*b*", "abc")]
    [InlineData("**", "a")]
    [InlineData("a**b", "ab")]
    [InlineData("a*b*c", "a-b-b-c")]
    [InlineData("*ab", "aab")]
    [InlineData("*aab*", "aaab")]
    [InlineData("a*", "a*")]
    [InlineData("[a-z].?", "[a-z].?")]
    [InlineData("?", "a")]
    [InlineData("a?c", "abc")]
    [InlineData("?*?", "ab")]
    [InlineData("*?", "abc")]
    [InlineData("", "")]
    public void A_pattern_matches(string pattern, string text) => Assert.True(new Glob(pattern).Matches(text));

    [Theory]
    [InlineData("a", "")]
    [InlineData("a", "A")]
    [InlineData("a", "aa")]
    [InlineData("a", " a")]
    [InlineData("a", "a\0")]
    [InlineData("a*", "ba")]
    [InlineData("a*", "Abc")]
    [InlineData("*c", "cb")]
    [InlineData("a*c", "abcd")]
    [InlineData("a*b*c", "a-c-b")]
    [InlineData("ab*ba", "aba")]
    [InlineData("*a*a*", "a")]
    [InlineData("?", "")]
    [InlineData("?", "ab")]
    [InlineData("a?", "a")]
    [InlineData("*?", "")]
    [InlineData(".*", "a")]
    [InlineData("[ab]", "a")]
    [InlineData("\\*", "*")]
    [InlineData("", "a")]
    public void A_pattern_does_not_match(string pattern, string text) =>
        Assert.False(new Glob(pattern).Matches(text));

    [Theory]
    [InlineData("Delete_*", "dELETE_repo", true)]
    [InlineData("tasks", "ta\u017Fk\u017F", true)]
    [InlineData("tasks", "tas\u212As", true)]
    [InlineData("ÄRGER", "ärger", true)]
    [InlineData("Ω", "\u2126", true)]
    [InlineData("σ", "ς", true)]
    [InlineData("strasse", "straße", false)]
    [InlineData("delete", "dеlete", false)]
    [InlineData("i", "ı", false)]
    public void Folding_takes_letters_of_any_case_as_one(string pattern, string text, bool isMatch) =>
        Assert.Equal(isMatch, new Glob(pattern).MatchesFolded(text));

    [Fact]
    public void No_hostile_name_makes_a_pattern_slow()
    {
        var pattern = new Glob(string.Concat(Enumerable.Repeat("*a", 40)) + "*b");
        var name = new string('a', 100_000);
        var started = TimeProvider.System.GetTimestamp();

        Assert.False(pattern.Matches(name));
        Assert.False(pattern.MatchesFolded(name));

        // Trying every way to divide the name would not end at all.
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Random_patterns_match_what_a_plain_recursion_matches()
    {
        for (var seed = 0; seed < 5000; seed++)
        {
            var random = new Random(seed);
            var pattern = new string(random.GetItems<char>("ab*", random.Next(7)));
            var text = new string(random.GetItems<char>("ab", random.Next(9)));

            Assert.True(
                Plain(pattern, text) == new Glob(pattern).Matches(text), $"seed {seed}: '{pattern}' on '{text}'");
        }
    }

    private static bool Plain(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        if (pattern.IsEmpty)
        {
            return text.IsEmpty;
        }

        return pattern[0] == '*'
            ? Plain(pattern[1..], text) || (!text.IsEmpty && Plain(pattern, text[1..]))
            : !text.IsEmpty && pattern[0] == text[0] && Plain(pattern[1..], text[1..]);
    }
}
