using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sentinel.EndToEnd.Tests.Deployment;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Telemetry;

/// <summary>The alert rules and the dashboard of deploy/ against the metrics that there are.</summary>
public sealed partial class AlertRuleTests
{
    private const string Rules = "deploy/prometheus/alerts.yaml";
    private const string Board = "deploy/grafana/sentinel.json";

    // What Prometheus adds to every series, or a histogram to its own.
    private static readonly string[] FreeLabels = ["instance", "job", "le"];

    [Fact]
    public void Every_alert_says_how_bad_it_is_what_it_means_and_where_it_is_explained()
    {
        var anchors = File.ReadAllLines(Artifacts.Source("docs/operations.md"))
            .Where(line => line.StartsWith('#'))
            .Select(line => line.TrimStart('#', ' ').ToLowerInvariant().Replace(' ', '-'))
            .ToHashSet(StringComparer.Ordinal);

        var alerts = Alerts();

        Assert.True(alerts.Count >= 20, $"{alerts.Count} alerts");
        Assert.Distinct(alerts.Select(alert => alert["alert"].Text));
        Assert.All(alerts, alert =>
        {
            Assert.Contains(alert["labels"]["severity"].Text, new[] { "critical", "warning", "info" });
            Assert.True(alert["annotations"]["summary"].Text.Length > 20);
            Assert.True(alert["annotations"]["description"].Text.Length > 20);
            var runbook = alert["annotations"]["runbook_url"].Text.Split('#');
            Assert.Equal("docs/operations.md", runbook[0]);
            Assert.Contains(runbook[1], anchors);
        });
    }

    [Fact]
    public void Every_alert_is_about_metrics_and_labels_that_there_are() =>
        Assert.All(Alerts(), alert => Assert.Empty(Unknown(alert["expr"].Text)));

    [Fact]
    public void Every_panel_is_about_metrics_and_labels_that_there_are()
    {
        var expressions = Expressions(JsonNode.Parse(File.ReadAllText(Artifacts.Source(Board)))!["panels"]!.AsArray());

        Assert.True(expressions.Count > 40, $"{expressions.Count} expressions");
        Assert.All(expressions, expression => Assert.Empty(Unknown(expression)));
    }

    [Fact]
    public void The_dashboard_asks_for_its_data_source_and_its_panels_do_not_overlap()
    {
        var board = JsonNode.Parse(File.ReadAllText(Artifacts.Source(Board)))!;
        var panels = board["panels"]!.AsArray();

        Assert.Contains(board["templating"]!["list"]!.AsArray(), variable => (string?)variable!["type"] == "datasource");
        Assert.Distinct(panels.Select(panel => (int)panel!["id"]!));
        var places = panels.Select(panel => panel!["gridPos"]!)
            .SelectMany(place =>
                from x in Enumerable.Range((int)place["x"]!, (int)place["w"]!)
                from y in Enumerable.Range((int)place["y"]!, (int)place["h"]!)
                select (x, y));
        Assert.Distinct(places);
    }

    [Theory]
    [InlineData("rate(sentinel_calls[5m])", "sentinel_calls")]
    [InlineData("sentinel_call_duration_seconds", "sentinel_call_duration_seconds")]
    [InlineData("sentinel_calls_total_bucket", "sentinel_calls_total_bucket")]
    [InlineData("""sentinel_calls_total{tool="x"}""", "sentinel_calls_total{tool}")]
    [InlineData("sum by (reason) (sentinel_audit_queued)", "by (reason)")]
    public void What_there_is_not_is_found(string expression, string unknown) =>
        Assert.Equal([unknown], Unknown(expression));

    [Theory]
    [InlineData("check")]
    [InlineData("test")]
    public async Task Prometheus_own_checker_is_content(string what)
    {
        Requires.PromTool();
        var file = Artifacts.Source(what == "test" ? "deploy/prometheus/alerts.test.yaml" : Rules);

        await using var checker = ChildProcess.Start("promtool", [what, "rules", file]);

        Assert.True(await checker.WaitForExitAsync() == 0, checker.Output);
    }

    // Names and labels of an expression that no metric has.
    private static List<string> Unknown(string expression)
    {
        var unknown = new List<string>();
        var known = new HashSet<string>(FreeLabels, StringComparer.Ordinal);
        foreach (Match use in Use().Matches(expression))
        {
            var name = use.Groups["name"].Value;
            if (name == "up")
            {
                continue;
            }

            if (LabelsOf(name) is not { } labels)
            {
                unknown.Add(name);
                continue;
            }

            known.UnionWith(labels);
            unknown.AddRange(
                from Match label in Matcher().Matches(use.Groups["labels"].Value)
                let key = label.Groups["key"].Value
                where !labels.Contains(key) && !FreeLabels.Contains(key)
                select $"{name}{{{key}}}");
        }

        unknown.AddRange(
            from Match grouping in By().Matches(expression)
            from key in grouping.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries)
            where unknown.Count == 0 && !known.Contains(key)
            select $"by ({key})");
        return unknown;
    }

    private static string[]? LabelsOf(string name)
    {
        var family = Suffix().Replace(name, "");
        var isHistogram = MetricsDocument.Metrics.TryGetValue(family, out var histogram) && histogram.Type == "histogram";
        return isHistogram
            ? family == name ? null : histogram.Labels
            : MetricsDocument.Metrics.TryGetValue(name, out var metric) ? metric.Labels : null;
    }

    private static IReadOnlyList<YamlTree> Alerts() =>
    [
        .. YamlTree.Read(Artifacts.Source(Rules)).Single()["groups"].Items.SelectMany(group => group["rules"].Items),
    ];

    private static List<string> Expressions(JsonArray panels) =>
    [
        .. from panel in panels
           from target in panel!["targets"]?.AsArray() ?? []
           select (string)target!["expr"]!,
    ];

    [GeneratedRegex("""(?<![\w$])(?<name>(sentinel|process|dotnet|up)(_\w+)?)(\{(?<labels>[^}]*)\})?""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Use();

    [GeneratedRegex("""(?<key>\w+)\s*(=~|!~|!=|=)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Matcher();

    [GeneratedRegex("""\bby\s*\((?<labels>[^)]*)\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex By();

    [GeneratedRegex("_(bucket|sum|count)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Suffix();
}
