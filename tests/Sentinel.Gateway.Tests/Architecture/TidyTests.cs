using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Sentinel.Gateway.Tests.Architecture;

/// <summary>Rules about the text of the repository that no compiler checks.</summary>
public sealed partial class TidyTests
{
    private const int LinesMax = 400;
    private const int ColumnsMax = 120;

    // Log event ids come in blocks of a thousand, one for each folder that logs.
    private static readonly Dictionary<string, int> EventBlocks = new(StringComparer.Ordinal)
    {
        ["src/Sentinel.Gateway/Configuration/"] = 1000,
        ["src/Sentinel.Gateway/Authentication/"] = 2000,
        ["src/Sentinel.Audit/"] = 3000,
        ["src/Sentinel.Gateway/Hosting/"] = 4000,
        ["src/Sentinel.Gateway/Sessions/"] = 5000,
        ["src/Sentinel.Gateway/Inspection/"] = 6000,
        ["src/Sentinel.Gateway/Authorization/"] = 7000,
        ["src/Sentinel.Gateway/Forwarding/"] = 8000,
        ["src/Sentinel.Gateway/Recording/"] = 9000,
        ["src/Sentinel.Gateway/Management/"] = 10000,
        ["src/Sentinel.Gateway/Cli/"] = 11000,
    };

    [Fact]
    public void No_source_file_is_longer_than_four_hundred_lines() =>
        Assert.Empty(SourceTree.CSharp("src").Concat(SourceTree.CSharp("tests"))
            .Where(file => file.Text.AsSpan().Count('\n') > LinesMax)
            .Select(file => file.Path));

    [Fact]
    public void No_line_is_wider_than_a_hundred_and_twenty_columns() =>
        Assert.Empty(SourceTree.CSharp("src").SelectMany(file => file.Text.Split('\n')
            .Select((line, index) => (Line: line, Number: index + 1))
            .Where(l => l.Line.Length > ColumnsMax)
            .Select(l => string.Create(CultureInfo.InvariantCulture, $"{file.Path}:{l.Number}: {l.Line.Length}"))));

    [Fact]
    public void No_type_is_named_for_what_anything_could_be() =>
        Assert.Empty(SourceTree.CSharp("src").SelectMany(file => VagueNames(file.Path, file.Text)));

    [Theory]
    [InlineData("X.cs", "internal sealed class AuditManager(int x)")]
    [InlineData("X.cs", "public readonly record struct StringUtils")]
    [InlineData("X.cs", "internal interface IAuditService")]
    [InlineData("X.cs", "internal sealed record CommonThings")]
    [InlineData("CallHelper.cs", "")]
    public void A_vague_name_is_found(string path, string text) => Assert.Single(VagueNames(path, text));

    [Fact]
    public void Every_log_event_has_an_id_of_its_own_in_its_folders_block()
    {
        var events = SourceTree.CSharp("src").SelectMany(file => Events(file.Path, file.Text)).ToList();

        Assert.True(events.Count >= 10, "The log events were not found.");
        Assert.Empty(events.GroupBy(e => e.Id).Where(same => same.Count() > 1).Select(same => same.Key));
        Assert.DoesNotContain(events, e => BlockOf(e.Path) != e.Id / 1000 * 1000);
    }

    [Fact]
    public void Nothing_is_left_to_be_done_in_comments() =>
        Assert.Empty(SourceTree.CSharp("src").Concat(SourceTree.CSharp("tests"))
            .Where(file => Unfinished().IsMatch(file.Text))
            .Select(file => file.Path));

    [Fact]
    public void Relative_links_in_the_documentation_lead_somewhere() =>
        Assert.Empty(Pages().SelectMany(page => DeadLinks(page.Path, page.Text)));

    [Fact]
    public void A_dead_link_is_found()
    {
        const string Page = "[a](Sentinel.sln) [b](nowhere.md#x) [c](https://example.org/x) [d](#here) `[e](code.md)`";

        Assert.Equal(["README.md: nowhere.md"], DeadLinks("README.md", Page));
    }

    [Fact]
    public void Every_decision_has_a_number_of_its_own()
    {
        var names = SourceTree.Files("docs/decisions", "*.md")
            .Select(page => Path.GetFileName(page.Path))
            .Where(name => name != "README.md")
            .ToList();

        Assert.All(names, name => Assert.Matches(@"^\d{4}-[a-z0-9-]+\.md$", name));
        Assert.Equal(names.Count, names.Select(name => name[..4]).Distinct(StringComparer.Ordinal).Count());
    }

    private static IEnumerable<string> VagueNames(string path, string text)
    {
        var types = TypeName().Matches(text).Select(m => m.Groups["name"].Value);
        return types.Append(Path.GetFileNameWithoutExtension(path)).Where(name => Vague().IsMatch(name))
            .Select(name => $"{path}: {name}");
    }

    private static IEnumerable<(string Path, int Id)> Events(string path, string text) =>
        LogEvent().Matches(text).Select(m => (path, int.Parse(m.Groups["name"].Value, CultureInfo.InvariantCulture)));

    private static int? BlockOf(string path)
    {
        var block = EventBlocks.SingleOrDefault(b => path.StartsWith(b.Key, StringComparison.Ordinal));
        return block.Key is null ? null : block.Value;
    }

    private static IEnumerable<(string Path, string Text)> Pages()
    {
        var roots = Directory.EnumerateFiles(SourceTree.Root, "*.md")
            .Select(file => (Path.GetFileName(file), File.ReadAllText(file)));
        return roots.Concat(SourceTree.Files("docs", "*.md")).Concat(SourceTree.Files("db", "*.md"));
    }

    private static IEnumerable<string> DeadLinks(string path, string text)
    {
        var folder = Path.Combine(SourceTree.Root, Path.GetDirectoryName(path)!);
        return Link().Matches(Code().Replace(text, ""))
            .Select(m => m.Groups["name"].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains(':', StringComparison.Ordinal))
            .Where(target => !Path.Exists(Path.Combine(folder, Uri.UnescapeDataString(target))))
            .Select(target => $"{path}: {target}");
    }

    [GeneratedRegex(@"^(?!\s*//).*?\b(?:class|struct|interface|enum|record)\s+(?<name>[A-Z]\w*)", RegexOptions.Multiline, 10_000)]
    private static partial Regex TypeName();

    [GeneratedRegex("^Common|(?:Manager|Helpers?|Utils?|Utility|Utilities|Common|Service|Processor|Impl|Misc)$", RegexOptions.None, 10_000)]
    private static partial Regex Vague();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?<name>\d+)", RegexOptions.None, 10_000)]
    private static partial Regex LogEvent();

    [GeneratedRegex("//.*\\b(?:TO" + @"DO|FIX" + @"ME|HA" + @"CK|X" + @"XX)\b", RegexOptions.None, 10_000)]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\]\((?<name>[^)\s]+)\)", RegexOptions.None, 10_000)]
    private static partial Regex Link();

    [GeneratedRegex("```.*?```|`[^`\n]*`", RegexOptions.Singleline, 10_000)]
    private static partial Regex Code();
}
