using System.Globalization;
using System.Text.RegularExpressions;
using Sentinel.Gateway.Tests.Architecture;
using Xunit;

namespace Sentinel.Gateway.Tests.Reference;

/// <summary>docs/failures.md knows every failure that the code knows.</summary>
public sealed partial class FailurePageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs/failures.md"))
        .ReplaceLineEndings("\n");

    [Fact]
    public void Every_warning_and_error_of_the_log_is_on_the_page()
    {
        var inCode = SourceTree.CSharp("src").SelectMany(file => Serious(file.Text))
            .Order(StringComparer.Ordinal).ToList();
        var onPage = IdOnPage().Matches(Page).Select(m => $"{m.Groups["id"].Value} {m.Groups["level"].Value}")
            .Order(StringComparer.Ordinal).ToList();

        Assert.True(inCode.Count > 40, "The log events were not found.");
        Assert.Equal(inCode, onPage);
    }

    [Fact]
    public void Every_reason_of_refusals_and_rows_is_on_the_page()
    {
        var reasons = Reasons().ToHashSet(StringComparer.Ordinal);

        Assert.Superset(
            new HashSet<string> { "parse_error", "rbac", "overloaded", "header_mismatch", "tool_changed", "task", "gateway_crashed" },
            reasons);
        Assert.DoesNotContain(reasons, reason => !Page.Contains($"`{reason}`", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_code_of_the_managements_answers_is_on_the_page()
    {
        var codes = CodeOfManagement().Matches(Source("Management/Api/ApiError.cs"))
            .Select(m => m.Groups["code"].Value).ToHashSet(StringComparer.Ordinal);

        Assert.Superset(new HashSet<string> { "signed_out", "not_a_viewer", "store_unavailable", "host_denied" }, codes);
        Assert.DoesNotContain(codes, code => !Page.Contains($"`{code}`", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_state_of_readiness_is_on_the_page()
    {
        var states = StateInCode().Matches(Source("Management/HealthMiddleware.cs"))
            .Select(m => m.Groups["state"].Value).ToList();

        Assert.Superset(
            new HashSet<string> { "draining", "no_destination", "journal_unavailable", "ready", "degraded" },
            states.ToHashSet());
        Assert.DoesNotContain(states, state => !Page.Contains($"| `{state}` |", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_metric_on_the_page_is_one_of_the_codes()
    {
        var instruments = SourceTree.CSharp("src").SelectMany(file => Instrument().Matches(file.Text))
            .Select(m => m.Groups["name"].Value.Replace('.', '_')).ToHashSet(StringComparer.Ordinal);
        var named = MetricOnPage().Matches(Page).Select(m => m.Groups["name"].Value).ToList();

        Assert.True(named.Count > 15, "The metrics were not found.");
        Assert.DoesNotContain(named, name => !instruments.Contains(name)
            && !instruments.Contains(name.EndsWith("_total", StringComparison.Ordinal) ? name[..^6] : name));
    }

    // Alerts lead here; whoever renames a heading has to rename their links.
    [Theory]
    [InlineData("audit-entries-dropped")]
    [InlineData("audit-store-unavailable")]
    [InlineData("audit-lag")]
    [InlineData("journal-nearly-full")]
    [InlineData("calls-unjournaled")]
    [InlineData("rows-quarantined")]
    [InlineData("backend-dead")]
    [InlineData("circuit-open")]
    [InlineData("error-rate")]
    [InlineData("denials")]
    [InlineData("latency")]
    [InlineData("reload-failed")]
    [InlineData("replica-draining")]
    [InlineData("overload")]
    public void An_alert_finds(string anchor) => Assert.Contains(anchor, Anchors(Page));

    [Fact]
    public void Every_link_within_the_page_leads_somewhere()
    {
        var anchors = Anchors(Page).ToHashSet(StringComparer.Ordinal);
        var links = LinkWithin().Matches(Page).Select(m => m.Groups["anchor"].Value).ToList();

        Assert.True(links.Count > 40, "The links were not found.");
        Assert.Empty(links.Where(link => !anchors.Contains(link)).Distinct());
    }

    [Fact]
    public void Links_of_other_pages_into_this_one_lead_somewhere()
    {
        var anchors = Anchors(Page).ToHashSet(StringComparer.Ordinal);
        var links = SourceTree.Files("docs", "*.md").Concat(SourceTree.Files("deploy", "*.*"))
            .SelectMany(file => LinkFromOutside().Matches(file.Text).Select(m => m.Groups["anchor"].Value));

        Assert.Empty(links.Where(link => !anchors.Contains(link)).Distinct());
    }

    [Theory]
    [InlineData("[LoggerMessage(3000, LogLevel.Warning, \"a\")]", "3000 warning")]
    [InlineData("[LoggerMessage(\n        3001,\n        LogLevel.Error,\n        \"b\")]", "3001 error")]
    [InlineData("[LoggerMessage(3002, LogLevel.Critical, \"c\")]", "3002 critical")]
    [InlineData("[LoggerMessage(3003, LogLevel.Information, \"d\")]", null)]
    public void A_serious_line_is_recognized(string source, string? expected) =>
        Assert.Equal(expected, Serious(source).SingleOrDefault());

    private static IEnumerable<string> Serious(string source) => SeriousEvent().Matches(source).Select(m =>
        m.Groups["id"].Value + " " + m.Groups["level"].Value.ToLower(CultureInfo.InvariantCulture));

    // From the text: most refusals are made by methods, for which nobody could list all arguments.
    private static IEnumerable<string> Reasons()
    {
        string[] refusals = ["Exchange/Refusals.cs", "Rbac/Decision.cs", "Rbac/ToolPins.cs"];
        var recovery = File.ReadAllText(Path.Combine(SourceTree.Root, "src/Sentinel.Audit/Journal/JournalRecovery.cs"));
        return refusals.Select(Source).Append(recovery)
            .SelectMany(text => ReasonConstant().Matches(text).Concat(ReasonOfRefusal().Matches(text)))
            .Concat(ReasonOfVerdict().Matches(Source("Recording/Verdicts.cs")))
            .Select(m => m.Groups["reason"].Value);
    }

    private static string Source(string path) =>
        File.ReadAllText(Path.Combine(SourceTree.Root, "src/Sentinel.Gateway", path));

    // As the web shows a heading's anchor: lower case, no punctuation, dashes for spaces.
    private static IEnumerable<string> Anchors(string page) => Heading().Matches(page).Select(m =>
        string.Concat(m.Groups["text"].Value.ToLower(CultureInfo.InvariantCulture)
            .Where(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-')).Replace(' ', '-'));

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?<id>\d+),\s*LogLevel\.(?<level>Warning|Error|Critical)", RegexOptions.None, 10_000)]
    private static partial Regex SeriousEvent();

    [GeneratedRegex(@"^\| (?<id>\d{4,5}) \| (?<level>\w+) \|", RegexOptions.Multiline, 10_000)]
    private static partial Regex IdOnPage();

    [GeneratedRegex("const string Reason\\w* = \"(?<reason>[a-z_]+)\"", RegexOptions.None, 10_000)]
    private static partial Regex ReasonConstant();

    [GeneratedRegex("-3[12]\\d{3},\\s*\"(?<reason>[a-z_]+)\"", RegexOptions.None, 10_000)]
    private static partial Regex ReasonOfRefusal();

    [GeneratedRegex("(?:Error\\(|Success, |Error, )\\s*\"(?<reason>[a-z_]+)\"", RegexOptions.None, 10_000)]
    private static partial Regex ReasonOfVerdict();

    [GeneratedRegex("\\b[45]\\d\\d,\\s*\"(?<code>[a-z_]+)\"", RegexOptions.None, 10_000)]
    private static partial Regex CodeOfManagement();

    [GeneratedRegex("[(,?:] \"(?<state>[a-z_]+)\"", RegexOptions.None, 10_000)]
    private static partial Regex StateInCode();

    [GeneratedRegex(@"\]\(#(?<anchor>[a-z0-9-]+)\)", RegexOptions.None, 10_000)]
    private static partial Regex LinkWithin();

    [GeneratedRegex(@"failures\.md#(?<anchor>[a-z0-9-]+)", RegexOptions.None, 10_000)]
    private static partial Regex LinkFromOutside();

    [GeneratedRegex("\"(?<name>sentinel\\.[a-z_.]+)\"", RegexOptions.None, 10_000)]
    private static partial Regex Instrument();

    [GeneratedRegex("`(?<name>sentinel_[a-z_]+)[`{]", RegexOptions.None, 10_000)]
    private static partial Regex MetricOnPage();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline, 10_000)]
    private static partial Regex Heading();
}
