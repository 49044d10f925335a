using System.Text.RegularExpressions;
using Sentinel.Gateway.Tests.Architecture;
using Xunit;

namespace Sentinel.Gateway.Tests.Reference;

/// <summary>SECURITY.md claims no control without a test that is there.</summary>
public sealed partial class SecurityPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SourceTree.Root, "SECURITY.md"))
        .ReplaceLineEndings("\n");

    [Fact]
    public void Every_threat_has_a_control_and_a_test()
    {
        var rows = Threats(Page);

        Assert.True(rows.Count >= 35, "The threats were not found.");
        Assert.DoesNotContain(rows, row => row.Control.Length == 0 || !TestLink().IsMatch(row.Test));
    }

    [Fact]
    public void Every_test_that_is_named_is_there()
    {
        var links = TestLink().Matches(Page).ToList();

        Assert.True(links.Count >= 35, "The tests were not found.");
        Assert.Equal([], links.Select(Missing).OfType<string>());
    }

    [Fact]
    public void Nothing_but_whole_links_stands_in_the_column_of_tests() =>
        Assert.Equal([], Threats(Page).Select(row => TestLink().Replace(row.Test, "").Trim(' ', ','))
            .Where(rest => rest.Length > 0));

    [Theory]
    [InlineData("[`GlobTests.No_such_test`](tests/Sentinel.Gateway.Tests/Rbac/GlobTests.cs)")]
    [InlineData("[`TestsOfNothing.A_pattern_matches`](tests/Sentinel.Gateway.Tests/Rbac/GlobTests.cs)")]
    [InlineData("[`GlobTests.A_pattern_matches`](tests/Sentinel.Gateway.Tests/GlobTests.cs)")]
    [InlineData("[`Glob.MatchFolded`](src/Sentinel.Gateway/Rbac/Glob.cs)")]
    public void A_test_that_is_not_there_is_found(string link) => Assert.NotNull(Missing(TestLink().Match(link)));

    private static string? Missing(Match link)
    {
        var path = link.Groups["path"].Value;
        var file = Path.Combine(SourceTree.Root, path);
        var isOfTests = path.StartsWith("tests/Sentinel.", StringComparison.Ordinal)
            && path.Contains("Tests/", StringComparison.Ordinal);
        if (!isOfTests || !File.Exists(file))
        {
            return $"{path} is no file of tests";
        }

        var (type, method) = (link.Groups["type"].Value, link.Groups["method"].Value);
        var text = File.ReadAllText(file);
        var isThere = Regex.IsMatch(text, $@"\bclass {type}\b", RegexOptions.None, TimeSpan.FromSeconds(1))
            && Methods(text).Contains(method, StringComparer.Ordinal);
        return isThere ? null : $"{path} has no test {type}.{method}";
    }

    // What stands below [Fact] or [Theory], with whatever lies between; a method without either runs never.
    private static IEnumerable<string> Methods(string text) =>
        TestMethod().Matches(text.ReplaceLineEndings("\n")).Select(m => m.Groups["name"].Value);

    private static List<(string Threat, string Control, string Test)> Threats(string page) =>
    [
        .. page[page.IndexOf("| threat | control | test |", StringComparison.Ordinal)..].Split("\n\n")[0].Split('\n').Skip(2)
            .Select(line => line.Trim('|').Split(" | "))
            .Where(cells => !cells[0].Contains("**", StringComparison.Ordinal))
            .Select(cells => (cells[0].Trim(), cells[1].Trim(), cells.Length > 2 ? cells[2].Trim() : "")),
    ];

    [GeneratedRegex(@"\[`(?<type>\w+)\.(?<method>\w+)`\]\((?<path>[\w./]+\.cs)\)", RegexOptions.None, 10_000)]
    private static partial Regex TestLink();

    [GeneratedRegex(
        @"\[(?:Fact|Theory)[^\n]*\n(?:(?!\n\n|\[Fact|\[Theory)[\s\S])*?public (?:async )?(?:Task|void) (?<name>\w+)",
        RegexOptions.None,
        10_000)]
    private static partial Regex TestMethod();
}
