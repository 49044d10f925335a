using System.Xml.Linq;
using Sentinel.Benchmarks.Report;
using Xunit;

namespace Sentinel.Gateway.Tests.Benchmarks;

public sealed class ReportTests
{
    [Fact]
    public void A_table_has_its_titles_a_rule_and_its_rows()
    {
        var table = new MarkdownTable("a", "b");
        table.Add("1", "x|y");

        Assert.Equal("| a | b |\n|---|---|\n| 1 | x\\|y |\n", table.ToString());
    }

    [Fact]
    public void A_row_of_another_length_is_refused() =>
        Assert.Throws<ArgumentException>(() => new MarkdownTable("a", "b").Add("1"));

    [Fact]
    public void What_stands_between_the_marks_is_replaced_and_nothing_else()
    {
        const string Page = "above\n<!-- x: begin -->\nold\nold\n<!-- x: end -->\nbelow\n";

        var once = MarkedSection.Replace(Page, "x", "new");

        Assert.Equal("above\n<!-- x: begin -->\nnew\n<!-- x: end -->\nbelow\n", once);
        Assert.Equal(once, MarkedSection.Replace(once, "x", "new\n"));
    }

    [Theory]
    [InlineData("no marks")]
    [InlineData("<!-- x: begin --> no end")]
    [InlineData("<!-- x: end --> <!-- x: begin -->")]
    [InlineData("<!-- y: begin --> <!-- y: end -->")]
    [InlineData("<!-- x: begin --><!-- x: end --><!-- x: begin --><!-- x: end -->")]
    public void A_page_without_the_marks_once_each_is_refused(string page) =>
        Assert.Throws<FormatException>(() => MarkedSection.Replace(page, "x", "new"));

    [Theory]
    [InlineData(Goal.Cpu, 1.15, "yes")]
    [InlineData(Goal.Cpu, 1.151, "**no**")]
    [InlineData(Goal.Copy, 0.9, "yes")]
    [InlineData(Goal.Copy, 0.89, "**no**")]
    [InlineData(Goal.CpuOfHaProxy, 3, "–")]
    public void A_goal_is_reached_on_its_own_side_of_the_limit(string id, double value, string reached) =>
        Assert.Equal(reached, Goal.All.Single(goal => goal.Id == id).Reached(value));

    [Fact]
    public void Every_goal_has_a_line_whether_it_was_measured_or_not()
    {
        var measured = GoalTable.Read(
            """{"start":{"Value":0.756,"Note":"five starts","Command":"system --write","Date":"2026-11-24"}}""");

        var lines = GoalTable.Write(measured).TrimEnd('\n').Split('\n');

        Assert.Equal(2 + Goal.All.Count, lines.Length);
        Assert.EndsWith(
            "| ≤ 1.5 s | 0.76 s (five starts) | yes | `system --write` | 2026-11-24 |", lines[^1], StringComparison.Ordinal);
        Assert.Contains("| not measured |", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_remembered_is_read_again()
    {
        var measured = new SortedDictionary<string, Measured>(StringComparer.Ordinal)
        {
            [Goal.Rss] = new(1.2, "note", "system", "2026-11-24"),
        };

        Assert.Equal(measured, GoalTable.Read(GoalTable.ToJson(measured)));
    }

    [Fact]
    public void A_measurement_of_no_goal_is_refused() => Assert.Throws<FormatException>(
        () => GoalTable.Read("""{"speed":{"Value":1,"Note":"","Command":"","Date":""}}"""));

    [Fact]
    public void A_chart_is_well_formed_and_its_bars_are_in_proportion()
    {
        Bar[] bars = [new("x & y", 30, 10, "40"), new("z", 60, 20, "80")];

        var chart = XDocument.Parse(BarChart.Write("a < b", "user", "system", bars));

        // The first two are the legend's.
        var widths = chart.Descendants()
            .Where(element => element.Name.LocalName == "rect")
            .Skip(2)
            .Select(element => (double)element.Attribute("width")!)
            .ToList();
        Assert.Equal([0.375, 0.125, 0.75, 0.25], widths.Select(width => Math.Round(width / (widths[2] + widths[3]), 3)));
        Assert.Contains(chart.Descendants(), e => e.Value == "x & y");
    }
}
