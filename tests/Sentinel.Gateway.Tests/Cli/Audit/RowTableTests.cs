using Sentinel.Audit.Reading;
using Sentinel.Gateway.Cli.Audit;
using Xunit;

namespace Sentinel.Gateway.Tests.Cli.Audit;

/// <summary>A table is as wide as the terminal, and says what it leaves out.</summary>
public sealed class RowTableTests
{
    private const string LongName = "a_tool_whose_name_is_longer_than_any_terminal_has_room_for_in_one_of_its_columns";

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(132)]
    [InlineData(200)]
    public void Is_never_wider_than_the_terminal_and_marks_what_it_cuts(int width)
    {
        StoredRow[] rows =
        [
            HostileOutputTests.Row(),
            HostileOutputTests.Row(LongName, "漢字漢字漢字漢字漢字漢字漢字漢字"),
            HostileOutputTests.Row("e\u0301\u0301", "\U0001f600\U0001f600"),
        ];

        var table = new RowTable(rows, width);

        Assert.All(
            rows.Select(table.Line).Append(table.Heading), line => Assert.InRange(CellText.WidthOf(line), 1, width));
        Assert.Contains("…", table.Line(rows[1]), StringComparison.Ordinal);
        Assert.Equal(width < 120, table.LeavesOutRequests);
    }

    [Fact]
    public void Cuts_nothing_in_a_pipe()
    {
        var row = HostileOutputTests.Row(LongName);
        var table = new RowTable([], width: null, isFirstOfMany: true);

        Assert.Contains(LongName, table.Line(row), StringComparison.Ordinal);
        Assert.Contains(row.RequestId.ToString(), table.Line(row), StringComparison.Ordinal);
    }

    [Fact]
    public void Has_colours_only_where_they_are_wanted()
    {
        var row = HostileOutputTests.Row();

        Assert.Contains("\u001b[31merror", new RowTable([row], 200, isColored: true).Line(row), StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", new RowTable([row], 200).Line(row), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "xterm", true)]
    [InlineData("1", "xterm", false)]
    [InlineData("0", "xterm", false)]
    [InlineData("", "dumb", false)]
    public void No_colour_is_honoured(string noColor, string term, bool may) => Assert.Equal(
        may, AuditConsole.MayColor(new Dictionary<string, string> { ["NO_COLOR"] = noColor, ["TERM"] = term }));

    [Theory]
    [InlineData("abc", 5, "abc  ")]
    [InlineData("abcdef", 5, "abcd…")]
    [InlineData("漢字漢字", 5, "漢字…")]
    [InlineData("漢字漢字", 6, "漢字… ")]
    [InlineData("\u001b[0m", 5, @"\u00…")]
    public void A_cell_takes_exactly_its_columns(string text, int width, string cell)
    {
        Assert.Equal(cell, CellText.Fit(text, width));
        Assert.Equal(width, CellText.WidthOf(CellText.Fit(text, width)));
    }
}
