using System.Globalization;
using System.Text.Json;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sentinel.EndToEnd.Tests.Dashboard;

/// <summary>Figures: those of the page are those of the terminal.</summary>
[Collection(nameof(DashboardPage))]
public sealed class DashboardChartsTests(DashboardGateway gateway, DashboardBrowser browser)
{
    [Theory]
    [InlineData("tool")]
    [InlineData("caller")]
    [InlineData("backend")]
    public async Task The_table_has_the_figures_that_the_terminal_prints(string by)
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway);

        await visitor.GoAsync($"charts?caller=key%3Abot&by={by}&from=7d");

        var shown = await visitor.Page.Locator($"[aria-label='Figures by {by}'] tbody tr").EvaluateAllAsync<string[][]>(
            "lines => lines.map(line => [...line.children].map(cell => cell.textContent))");
        Assert.NotEmpty(shown);
        Assert.Equal(await PrintedAsync(by), shown.Select(line => string.Join('|', line)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Charts_are_drawn_with_every_figure_beside_them_in_a_table()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway);

        await visitor.GoAsync("charts?caller=key%3Abusy&from=1h");

        var drawings = visitor.Page.Locator("[role='img'] canvas");
        await Expect(drawings).ToHaveCountAsync(2);
        var inked = await drawings.EvaluateAllAsync<int[]>(
            "all => all.map(c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter(v => v > 0).length)");
        Assert.All(inked, ink => Assert.True(ink > 1000, "Nothing is drawn."));
        await Expect(visitor.Page.GetByText(DashboardGateway.BusyCalls.ToString(CultureInfo.InvariantCulture)).First)
            .ToBeVisibleAsync();
        await visitor.Page.GetByText("The same figures as a table").ClickAsync();
        var calls = await visitor.Page.Locator("[aria-label='Figures per minute'] tbody tr td:nth-child(2)")
            .AllInnerTextsAsync();
        Assert.Equal(DashboardGateway.BusyCalls, calls.Sum(text => int.Parse(text, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_line_leads_to_its_calls()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway);
        await visitor.GoAsync("charts?caller=key%3Abot&from=7d");

        await visitor.Link("sample/fail").ClickAsync();

        await Expect(visitor.Calls).ToHaveCountAsync(1);
        await Expect(visitor.Calls).ToContainTextAsync("The disk is full.");
    }

    [Fact]
    public async Task Denials_are_counted_by_their_reason()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway);
        await visitor.GoAsync("charts?caller=key%3Abot&from=7d");

        await visitor.Link("Reason").ClickAsync();
        await visitor.Link("kill_switch").ClickAsync();

        await Expect(visitor.Calls).ToHaveCountAsync(1);
        await Expect(visitor.Calls).ToContainTextAsync("sample/big");
    }

    // What the terminal says, as the page writes it.
    private async Task<IEnumerable<string>> PrintedAsync(string by)
    {
        string[] command = ["audit", "stats", "--by", by, "--caller", "key:bot", "--from", "7d", "--json", "--config", "proxy.json"];
        var (exitCode, output) = await Cli.RunAsync(command, workingDirectory: gateway.Gateway.Folder);
        Assert.Equal(0, exitCode);
        using var document = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]);
        return [.. document.RootElement.GetProperty("groups").EnumerateArray().Select(Line).Order(StringComparer.Ordinal)];
    }

    private static string Line(JsonElement group)
    {
        var calls = group.GetProperty("calls").GetInt64();
        var (errors, denied) = (group.GetProperty("errors").GetInt64(), group.GetProperty("denied").GetInt64());
        return string.Join('|', group.GetProperty("key").GetString(), Number(calls),
            Number(errors), Percent(errors, calls), Number(denied), Percent(denied, calls),
            Milliseconds(group.GetProperty("p50Us")), Milliseconds(group.GetProperty("p95Us")),
            Milliseconds(group.GetProperty("p99Us")));
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(long part, long whole) =>
        (100.0 * part / whole).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string Milliseconds(JsonElement micros)
    {
        if (micros.ValueKind == JsonValueKind.Null)
        {
            return "–";
        }

        var value = micros.GetInt64() / 1000.0;
        return value.ToString(value < 10 ? "F2" : value < 100 ? "F1" : "N0", CultureInfo.InvariantCulture);
    }
}
