using System.Globalization;
using System.Text;
using System.Text.Json;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Cli.Audit;
using Sentinel.Gateway.Records;
using Xunit;

namespace Sentinel.Gateway.Tests.Cli.Audit;

/// <summary>What callers and tools wrote reaches a terminal as text, whatever it says.</summary>
public sealed class HostileOutputTests
{
    public static TheoryData<string> Texts =>
    [
        "\u001b[2J\u001b[31mred", "\u001b]0;title\u0007", "\u009b31m", "a\rb", "a\nb", "a\u0085b", "\u007f\u0008",
        "\u202edesrever", "\u2066x\u2069", "\u200bzero", "a\u2028b", "\u061c", "\ufeff", "\U000e0041tag",
        "\ud83d\ude00 ok", "a\tb", "\u0000",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task No_form_of_output_has_a_character_that_is_not_seen(string text)
    {
        foreach (var format in Enum.GetValues<RowFormat>())
        {
            var output = new StringWriter { NewLine = "\n" };
            using (var writer = RowWriter.For(new AuditConsole(output, TextWriter.Null, Width: 300), format))
            {
                await writer.WriteAsync(HostileRow(text));
                await writer.EndAsync();
            }

            AssertVisible(output.ToString().Replace(format == RowFormat.Csv ? "\r\n" : "\n", "", StringComparison.Ordinal));
        }

        var stats = new StringWriter { NewLine = "" };
        var figures = new AuditFigures(text, 1, 0, 0, 1, 1, 1);
        var statsWriter = new StatsWriter(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, "x", AuditGrouping.Tool);
        await statsWriter.WriteTextAsync(new(figures, [figures], 1), new AuditConsole(stats, stats, Width: 80));
        AssertVisible(stats.ToString());
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_line_of_json_reads_back_as_what_was_recorded(string text)
    {
        using var json = new RowJson();

        var line = json.Line(HostileRow(text));

        using var read = JsonDocument.Parse(line);
        Assert.Equal(text, read.RootElement.GetProperty("tool_name").GetString());
        Assert.Equal(text, read.RootElement.GetProperty("request_args").GetProperty(text).GetString());
    }

    [Fact]
    public void Arguments_that_are_no_json_are_a_text()
    {
        using var json = new RowJson();

        var line = json.Line(Row() with { RequestArgs = Encoding.UTF8.GetBytes("{\u001b") });

        using var read = JsonDocument.Parse(line);
        Assert.Equal("{\u001b", read.RootElement.GetProperty("request_args").GetString());
        Assert.DoesNotContain('\u001b', line);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\\u0009=1")]
    [InlineData("\r=1", "'\\u000d=1")]
    [InlineData("＝1", "'＝1")]
    [InlineData("a=1", "a=1")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("a\nb", "a\\u000ab")]
    [InlineData(" a", "\" a\"")]
    [InlineData("", "")]
    public void A_cell_of_csv_is_quoted_and_is_no_formula(string text, string cell) =>
        Assert.Equal(cell, RowCsv.Cell(text));

    [Fact]
    public void A_number_below_zero_stays_a_number_in_csv() => Assert.Equal("-32603", RowCsv.Cell(-32603L));

    [Fact]
    public void Csv_has_as_many_cells_as_its_heading()
    {
        var line = RowCsv.Line(Row());

        Assert.Equal(37, RowCsv.Header.Split(',').Length);
        Assert.Equal(37, line.Split(',').Length);
        Assert.EndsWith("\r\n", line, StringComparison.Ordinal);
    }

    internal static StoredRow Row(string tool = "search", string caller = "alice") => new()
    {
        Id = 1,
        RequestId = Guid.Parse("0190c0de-0000-7000-9000-000000000001"),
        TimestampMicros = new DateTime(2026, 11, 24, 10, 0, 0).Ticks / TimeSpan.TicksPerMicrosecond,
        ClientSubject = caller,
        ClientRole = "analyst",
        ToolName = tool,
        BackendName = "github",
        ResponseStatus = "error",
        Reason = "tool_error",
        LatencyMs = 12,
        CreatedAtMicros = 0,
    };

    private static StoredRow HostileRow(string text) => Row() with
    {
        ClientSubject = text,
        ToolName = text,
        ErrorMessage = text,
        Reason = text,
        // Half of it as it is, which is what stores keep of characters that JSON need not escape.
        RequestArgs = Encoding.UTF8.GetBytes(
            $"{{{JsonSerializer.Serialize(text)}:{JsonSerializer.Serialize(text)},\"raw\":\"{Raw(text)}\"}}"),
    };

    private static string Raw(string text) => string.Concat(text.Where(c => c > 0x1f && c is not ('"' or '\\')));

    private static void AssertVisible(string output) => Assert.All(output.EnumerateRunes(), rune => Assert.False(
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator,
        $"U+{rune.Value:X4} in {output}"));
}
