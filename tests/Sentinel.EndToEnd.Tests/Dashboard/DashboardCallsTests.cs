using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Sentinel.Tests.Shared;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sentinel.EndToEnd.Tests.Dashboard;

/// <summary>Calls as they come, and those of before: found, paged, opened, handed on, taken along.</summary>
[Collection(nameof(DashboardPage))]
public sealed partial class DashboardCallsTests(DashboardGateway gateway, DashboardBrowser browser)
{
    [Fact]
    public async Task A_call_appears_while_one_watches_and_waits_while_one_reads()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, hash: "live?caller=key%3Aguest");
        await Expect(visitor.Page.GetByText("Connected", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(visitor.Calls).ToHaveCountAsync(0);

        await gateway.CallAsync(DashboardGateway.LiveKey, "echo", """{"text":"filtered out"}""");
        await gateway.CallAsync(DashboardGateway.GuestKey, "fail");
        await Expect(visitor.Calls).ToHaveCountAsync(1);
        await Expect(visitor.Calls.First).ToContainTextAsync("denied");
        await Expect(visitor.Calls.First).ToContainTextAsync("rbac");

        await visitor.Button("Pause").ClickAsync();
        await gateway.CallAsync(DashboardGateway.GuestKey, "echo", """{"text":"later"}""");
        await Expect(visitor.Page.GetByText("1 waiting")).ToBeVisibleAsync();
        await Expect(visitor.Calls).ToHaveCountAsync(1);

        await visitor.Button("Resume").ClickAsync();
        await Expect(visitor.Calls).ToHaveCountAsync(2);
        await Expect(visitor.Calls.First).ToContainTextAsync("success");
    }

    [Fact]
    public async Task A_live_view_says_that_the_store_is_away_and_where_calls_may_be_missing()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, hash: "policy");
        var comesBack = new TaskCompletionSource();
        var streams = 0;
        await visitor.Page.RouteAsync("**/api/calls/live*", async route =>
        {
            if (Interlocked.Increment(ref streams) == 1)
            {
                await route.FulfillAsync(new()
                {
                    ContentType = "text/event-stream",
                    Body = "event: error\ndata: "
                        + "{\"error\":{\"code\":\"store_unavailable\",\"message\":\"The disk fell out.\"}}\n\n",
                });
                return;
            }

            await comesBack.Task;
            await route.ContinueAsync();
        });

        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Live" }).ClickAsync();
        await Expect(visitor.Page.GetByText("The disk fell out.")).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByText("Connection lost; trying again…")).ToBeVisibleAsync();
        comesBack.SetResult();

        await Expect(visitor.Page.GetByText("Connected", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByText("The disk fell out.")).ToHaveCountAsync(0);
        var gap = visitor.Page.GetByText("The connection was lost: calls of that time may be missing here.");
        await Expect(gap).ToBeVisibleAsync();
        await gap.GetByRole(AriaRole.Link, new() { Name = "Search them" }).ClickAsync();
        await Expect(visitor.Page).ToHaveURLAsync(new Regex("#/calls\\?from=.*&to=", RegexOptions.None, Deadline.Default));
    }

    [Fact]
    public async Task What_is_asked_in_the_form_is_found_and_stands_in_the_URL()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, hash: "calls");

        await visitor.Page.GetByLabel("Caller").FillAsync("key:bot");
        await visitor.Page.GetByLabel("Tool").FillAsync("?a*");
        await visitor.Button("Show").ClickAsync();
        await Expect(visitor.Calls).ToHaveCountAsync(1);
        await Expect(visitor.Calls).ToContainTextAsync("The disk is full.");
        Assert.EndsWith("#/calls?caller=key%3Abot&tool=%3Fa*", visitor.Page.Url, StringComparison.Ordinal);

        await visitor.Page.GetByLabel("Tool").FillAsync("");
        await visitor.Page.GetByText("More filters").ClickAsync();
        await visitor.Page.GetByLabel("Arguments").FillAsync("project=OPS\nowner.name=ann");
        await visitor.Button("Show").ClickAsync();
        await Expect(visitor.Calls).ToHaveCountAsync(3);

        await visitor.Page.GoBackAsync();
        await Expect(visitor.Calls).ToHaveCountAsync(1);
        Assert.Equal("?a*", await visitor.Page.GetByLabel("Tool").InputValueAsync());
    }

    [Theory]
    [InlineData("from=not+a+time", "24h")]
    [InlineData("request=7", "request")]
    [InlineData("argument=nothing", "PATH=VALUE")]
    public async Task What_cannot_be_understood_is_said_with_the_way_to_write_it(string filters, string message)
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway);
        visitor.Expects(400);

        await visitor.GoAsync($"calls?{filters}");

        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync(message);
    }

    [Fact]
    public async Task Pages_follow_one_another_and_the_way_back_leads_to_the_first()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, hash: "calls?caller=key%3Abusy");
        await Expect(visitor.Calls).ToHaveCountAsync(50);
        var first = await visitor.Calls.First.InnerTextAsync();

        await visitor.Link("Next page").ClickAsync();
        await Expect(visitor.Calls).ToHaveCountAsync(DashboardGateway.BusyCalls - 50);
        await Expect(visitor.Link("Next page")).ToHaveCountAsync(0);

        await visitor.Link("First page").ClickAsync();
        await Expect(visitor.Calls).ToHaveCountAsync(50);
        Assert.Equal(first, await visitor.Calls.First.InnerTextAsync());
    }

    [Fact]
    public async Task A_record_shows_every_column_and_leads_to_what_belongs_to_it()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, hash: "calls?argument=text%3Dtraced");
        await visitor.Calls.First.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(visitor.Heading("Call")).ToBeFocusedAsync();
        await visitor.IsAnsweredAsync();

        var row = (await gateway.Table.RowsAsync()).Single(row => row.Text("trace_id") == DashboardGateway.Trace);
        var facts = await visitor.Page.Locator("main").InnerTextAsync();
        foreach (var column in (string[])["request_id", "id", "client_subject", "client_role", "tool_name", "backend_name",
            "method", "protocol_version", "route", "decision", "instance", "journal_id", "seq", "trace_id", "client_address"])
        {
            Assert.Contains(row.Text(column)!, facts, StringComparison.Ordinal);
        }

        await Expect(visitor.Page.Locator(".tree")).ToContainTextAsync("\"traced\"");
        await visitor.KeepPictureAsync("record-light");
        Assert.Empty(await visitor.BarriersAsync());

        await visitor.Link("All of this trace").ClickAsync();
        await Expect(visitor.Calls).ToHaveCountAsync(1);
        await visitor.Page.GoBackAsync();
        await visitor.Link("All of this tool").ClickAsync();
        await Expect(visitor.Calls.First).ToContainTextAsync("sample/echo");
        await visitor.Page.GoBackAsync();
        await visitor.Page.Locator(".tree a").First.ClickAsync();
        await Expect(visitor.Calls).ToHaveCountAsync(1);
        await visitor.Page.GoBackAsync();
        await visitor.Link("Why may this caller").ClickAsync();
        await Expect(visitor.Page.Locator(".verdict")).ToContainTextAsync("Allowed");
        await visitor.Page.GoBackAsync();
        await visitor.Link("All of this caller").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.List, new() { Name = "Filters in use" })).ToContainTextAsync("key:bot");
    }

    [Theory]
    [InlineData("account", "9007199254740993", "9007199254740992")]
    [InlineData("big", "12345678901234567890", null)]
    [InlineData("f", "1.0", null)]
    [InlineData("small", "1E-7", null)]
    [InlineData("huge", "1e400", null, "\"1e400\"")]
    public async Task A_number_is_shown_searched_and_judged_by_every_digit(
        string key,
        string digits,
        string? neighbour,
        string? recorded = null)
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway);
        var mark = $"digits of {key}";
        await gateway.CallAsync(DashboardGateway.LiveKey, "echo", $$"""{"text":"{{mark}}","{{key}}":{{digits}}}""");
        if (neighbour is not null)
        {
            await gateway.CallAsync(DashboardGateway.LiveKey, "echo", $$"""{"text":"near","{{key}}":{{neighbour}}}""");
        }

        await Eventually.TrueAsync(
            async () => (await gateway.Table.RowsAsync()).Any(
                row => row.Text("request_args")?.Contains(mark, StringComparison.Ordinal) == true),
            "The call is recorded.");
        await visitor.GoAsync($"calls?argument=text%3D{Uri.EscapeDataString(mark)}");
        await visitor.Calls.First.GetByRole(AriaRole.Link).ClickAsync();
        var leaf = visitor.Page.Locator(".tree li li", new() { HasText = $"{key}: " });
        await Expect(leaf.Locator(".said").Last).ToHaveTextAsync(digits);

        await leaf.GetByRole(AriaRole.Link).ClickAsync();
        Assert.Contains($"argument={key}%3D{digits}&", visitor.Page.Url, StringComparison.Ordinal);
        await Expect(visitor.Calls).ToHaveCountAsync(1);
        await visitor.Page.GoBackAsync();

        await visitor.Link("Why may this caller").ClickAsync();
        await Expect(visitor.Page.Locator(".verdict")).ToContainTextAsync("Allowed");
        var judged = await visitor.Page.GetByLabel("Arguments").InputValueAsync();
        // As the row has it: the recorder wrote one of them as text.
        Assert.Contains($"\"{key}\":{recorded ?? digits}", judged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_is_handed_on_shows_the_other_the_same()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, hash: "calls?caller=key%3Abot&outcome=error&order=oldest");
        await Expect(visitor.Calls).ToHaveCountAsync(2);
        var seen = await visitor.Calls.AllInnerTextsAsync();

        await using var other = await Visitor.ComeAsViewerAsync(browser, gateway, hash: new Uri(visitor.Page.Url).Fragment[2..]);

        await Expect(other.Calls).ToHaveCountAsync(2);
        Assert.Equal(seen, await other.Calls.AllInnerTextsAsync());
        Assert.Equal("error", await other.Page.GetByLabel("Outcome").InputValueAsync());
    }

    [Theory]
    [InlineData("CSV", ".csv")]
    [InlineData("JSON lines", ".jsonl")]
    public async Task What_is_shown_can_be_taken_along_and_is_what_the_store_has(string link, string ending)
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, hash: "calls?caller=key%3Abusy");
        await Expect(visitor.Calls).ToHaveCountAsync(50);

        var download = await visitor.Page.RunAndWaitForDownloadAsync(() => visitor.Link(link).ClickAsync());

        Assert.EndsWith(ending, download.SuggestedFilename, StringComparison.Ordinal);
        var text = await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        var rows = (await gateway.Table.RowsAsync()).Where(row => row.Text("client_subject") == "key:busy").ToList();
        Assert.Equal(DashboardGateway.BusyCalls, rows.Count);
        Assert.Equal(
            rows.Select(row => row.Text("request_id")!).Order(StringComparer.Ordinal),
            Ids().Matches(text).Select(match => match.Value).Distinct().Except(rows.Select(row => row.Text("journal_id")!))
                .Order(StringComparer.Ordinal));
        if (ending == ".jsonl")
        {
            using var first = JsonDocument.Parse(text.Split('\n')[0]);
            Assert.Equal("key:busy", first.RootElement.GetProperty("client_subject").GetString());
        }
    }

    [Fact]
    public async Task A_long_question_says_for_how_long_and_can_be_called_off()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway);
        var isOpen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var given = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        visitor.Page.RequestFailed += (_, request) => given.TrySetResult(request.Failure);
        await visitor.Page.RouteAsync("**/api/calls?*", async route =>
        {
            await isOpen.Task;
            await route.ContinueAsync();
        });

        await visitor.Page.EvaluateAsync("() => { location.hash = '#/calls?caller=key%3Abot&outcome=error'; }");
        await Expect(visitor.Page.GetByText("The store is searching…")).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator(".waiting .number")).ToHaveTextAsync(Elapsed());
        await visitor.Button("Cancel").ClickAsync();

        await Expect(visitor.Page.GetByText("Cancelled after")).ToBeVisibleAsync();
        Assert.Equal("net::ERR_ABORTED", await given.Task.WaitAsync(Deadline.Default, TestContext.Current.CancellationToken));
        isOpen.SetResult();
        await visitor.Button("Ask again").ClickAsync();
        await Expect(visitor.Calls).ToHaveCountAsync(2);
    }

    [GeneratedRegex(@"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b", RegexOptions.None, 1000)]
    private static partial Regex Ids();

    [GeneratedRegex(@"^\d+\.\d s$", RegexOptions.None, 1000)]
    private static partial Regex Elapsed();
}
