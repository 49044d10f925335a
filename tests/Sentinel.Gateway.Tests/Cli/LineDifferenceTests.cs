using Sentinel.Gateway.Cli;
using Xunit;

namespace Sentinel.Gateway.Tests.Cli;

public sealed class LineDifferenceTests
{
    [Theory]
    [InlineData("a b c", "a b c", "")]
    [InlineData("a", "b", "- a|+ b")]
    [InlineData("a b c d e f g", "a b c d E f g", "  …|  c|  d|- e|+ E|  f|  g")]
    [InlineData("a b", "a x b", "  a|+ x|  b")]
    [InlineData("a b c", "b", "- a|  b|- c")]
    [InlineData("1 2 3 4 5 6 7 8 9", "0 1 2 3 4 5 6 7 8", "+ 0|  1|  2|  …|  7|  8|- 9")]
    public void What_changed_is_shown_with_what_stands_around_it(string before, string after, string shown) =>
        Assert.Equal(
            shown,
            string.Join('|', LineDifference.Between(before.Replace(' ', '\n'), after.Replace(' ', '\n'))));
}
