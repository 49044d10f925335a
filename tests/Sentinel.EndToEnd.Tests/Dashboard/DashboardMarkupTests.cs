using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sentinel.EndToEnd.Tests.Dashboard;

/// <summary>What strangers send stays text: in names, arguments, errors, displays and links.</summary>
[Collection(nameof(DashboardPage))]
public sealed class DashboardMarkupTests(DashboardGateway gateway, DashboardBrowser browser)
{
    // Names with control characters never get this far: they are refused.
    private const string Tool = DashboardGateway.Image + "\u202egnp.exe\u202c\u200b";

    private static readonly string LongName = DashboardGateway.Script + new string('W', 10_000);

    private static string Hostile => Uri.EscapeDataString(Tool);

    /// <summary>Every view with what a stranger would put into a link.</summary>
    private static string[] Links =>
    [
        $"live?tool={Hostile}&caller={Hostile}",
        $"calls?tool={Hostile}",
        $"calls?caller={Hostile}&argument={Uri.EscapeDataString("a=" + Tool)}",
        $"calls?from={Hostile}",
        $"calls?outcome={Hostile}&order={Hostile}&unknown={Hostile}&after={Hostile}",
        $"call/{Hostile}",
        $"charts?by={Hostile}&every={Hostile}&from={Hostile}",
        $"charts?tool={Hostile}&caller={Hostile}",
        $"explain?role={Hostile}&backend={Hostile}&name={Hostile}&kind={Hostile}&arguments={Hostile}",
        $"{Hostile}/{Hostile}?{Hostile}={Hostile}",
        "call/%E0%A4%A",
        "__proto__",
        "constructor?__proto__=1",
    ];

    [Fact]
    public async Task A_call_that_is_nothing_but_markup_is_text_in_every_view()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, hash: "live?backend=hostile");
        await Expect(visitor.Page.GetByText("Connected", new() { Exact = true })).ToBeVisibleAsync();

        await gateway.CallHostilelyAsync(Tool);
        await gateway.CallHostilelyAsync(LongName);
        await Expect(visitor.Calls).ToHaveCountAsync(2);
        var line = visitor.Calls.Nth(1);
        await Expect(line).ToContainTextAsync("<img src=x onerror=\"window.pwned=1;alert(1)\">");
        await Expect(line).ToContainTextAsync("\\u202egnp.exe");
        await Expect(line).ToContainTextAsync("<script>window.pwned=1");
        await AssertIsTextAsync(visitor, "live");

        await line.GetByRole(AriaRole.Link).ClickAsync();
        await visitor.IsAnsweredAsync();
        await Expect(visitor.Page.Locator(".tree")).ToContainTextAsync("\\u001b[31mred");
        await AssertIsTextAsync(visitor, "record");
        await visitor.KeepPictureAsync("record-hostile");
        await visitor.Page.GetByText("more characters").First.ClickAsync();
        await AssertIsTextAsync(visitor, "record, unfolded");
        await visitor.Link("Why may this caller").ClickAsync();
        await visitor.IsAnsweredAsync();
        await AssertIsTextAsync(visitor, "explain");

        foreach (var hash in new[]
        {
            "calls?backend=hostile", "charts?backend=hostile&from=7d", "charts?backend=hostile&by=caller&from=7d", "policy",
        })
        {
            await visitor.GoAsync(hash);
            await Expect(visitor.Page.Locator("main")).ToContainTextAsync("<script>window.pwned=1");
            await AssertIsTextAsync(visitor, hash);
        }

        Assert.Empty(await visitor.BarriersAsync());

        await visitor.Page.SetViewportSizeAsync(Visitor.PhoneWidth, 800);
        await visitor.GoAsync("calls?backend=hostile");
        await AssertIsTextAsync(visitor, "on a phone");
    }

    [Fact]
    public async Task A_link_that_is_markup_is_text()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway);
        visitor.Expects(400);
        visitor.Expects(404);

        foreach (var hash in Links)
        {
            await visitor.GoAsync(hash);
            await AssertIsTextAsync(visitor, hash);
        }
    }

    [Fact]
    public async Task Markup_that_got_in_would_be_found_and_would_neither_run_nor_ask_elsewhere()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, hash: "policy");
        await visitor.IsAnsweredAsync();

        await visitor.Page.EvaluateAsync(
            "markup => { document.querySelector('main').append(document.createRange().createContextualFragment(markup)); }",
            "<img src=http://127.0.0.1:9/x onerror=\"window.pwned=1\"><script>window.pwned=1</script>");
        await visitor.Page.EvaluateAsync("() => fetch('http://127.0.0.1:9/').catch(() => 0)");

        Assert.Equal(
            ["element", "element", "attribute"], (await ActingAsync(visitor)).Select(found => found.Split(':')[0]));
        var faults = visitor.TakeFaults();
        foreach (var directive in new[] { "script-src", "img-src", "connect-src" })
        {
            Assert.Contains(faults, fault => fault.Contains(directive, StringComparison.Ordinal));
        }
    }

    private static async Task AssertIsTextAsync(Visitor visitor, string where)
    {
        var found = await ActingAsync(visitor);
        Assert.True(found.Length == 0, $"{where}: {string.Join('\n', found)}");
        Assert.True(await visitor.OverflowAsync() <= 0, $"{where} is wider than its window.");
    }

    // What is in the page that only markup puts there.
    private static Task<string[]> ActingAsync(Visitor visitor) =>
        visitor.Page.EvaluateAsync<string[]>(
            """
            () => {
              const odd = [...document.querySelectorAll('img, iframe, object, embed, base, style, link, script, meta[http-equiv]')]
                .filter(one => !(one.matches('head > link, head > script[src="app.js"]')))
                .map(one => `element: ${one.outerHTML}`);
              for (const one of document.querySelectorAll('*')) {
                for (const { name, value } of one.attributes) {
                  if (name.startsWith('on') || /^\s*javascript:/i.test(value)) {
                    odd.push(`attribute: ${name}=${value}`);
                  }
                }
              }
              const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/;
              if (unseen.test(document.documentElement.textContent)) { odd.push('a character that acts'); }
              if (window.pwned) { odd.push('a script ran'); }
              return odd;
            }
            """);
}
