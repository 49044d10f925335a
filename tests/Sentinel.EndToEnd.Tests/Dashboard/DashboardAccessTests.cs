using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sentinel.EndToEnd.Tests.Dashboard;

/// <summary>For every reader: both themes, a phone, a keyboard, and who hears the page.</summary>
[Collection(nameof(DashboardPage))]
public sealed class DashboardAccessTests(DashboardGateway gateway, DashboardBrowser browser)
{
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task No_view_has_a_barrier_in_either_theme(ColorScheme theme)
    {
        var name = theme == ColorScheme.Dark ? "dark" : "light";
        await using var visitor = await Visitor.ComeAsync(browser, gateway, theme);
        await Expect(visitor.Heading("Sign in")).ToBeVisibleAsync();
        await visitor.KeepPictureAsync($"sign-in-{name}");
        var barriers = (await visitor.BarriersAsync()).Select(barrier => $"sign-in: {barrier}").ToList();
        await visitor.SignInAsync(DashboardGateway.ViewerKey);

        foreach (var (view, hash) in Visitor.Views)
        {
            await visitor.GoAsync(hash);
            if (view == "live")
            {
                await ShowLiveCallsAsync(visitor);
            }

            barriers.AddRange((await visitor.BarriersAsync()).Select(barrier => $"{view}: {barrier}"));
            await visitor.KeepPictureAsync($"{view}-{name}");
        }

        Assert.Empty(barriers);
    }

    [Fact]
    public async Task The_check_for_barriers_finds_one()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, hash: "policy");
        await visitor.IsAnsweredAsync();

        await visitor.Page.EvaluateAsync("() => document.querySelector('main').append(document.createElement('button'))");

        Assert.Contains(await visitor.BarriersAsync(), barrier => barrier.StartsWith("button-name", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_page_fits_a_phone_in_every_view()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, width: Visitor.PhoneWidth);
        foreach (var (view, hash) in Visitor.Views)
        {
            await visitor.GoAsync(hash);
            if (view == "live")
            {
                await ShowLiveCallsAsync(visitor);
            }

            Assert.True(await visitor.OverflowAsync() <= 0, $"{view} is wider than the phone.");
            await visitor.KeepPictureAsync($"{view}-phone");
        }

        await visitor.GoAsync("calls?caller=key%3Abot");
        Assert.Empty(await visitor.BarriersAsync());
    }

    [Fact]
    public async Task The_theme_follows_the_system_until_the_reader_chooses_and_the_choice_is_kept()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, ColorScheme.Dark, hash: "charts");
        await visitor.IsAnsweredAsync();
        var dark = await GroundAsync(visitor);

        await visitor.Button("Use light colours").ClickAsync();
        var light = await GroundAsync(visitor);
        await visitor.Page.ReloadAsync();
        await visitor.IsAnsweredAsync();

        Assert.NotEqual(dark, light);
        Assert.Equal(light, await GroundAsync(visitor));
        await Expect(visitor.Button("Use dark colours")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Whoever_has_only_a_keyboard_signs_in_finds_a_call_opens_it_and_signs_out()
    {
        await using var visitor = await Visitor.ComeAsync(browser, gateway);
        var keyboard = visitor.Page.Keyboard;
        await Expect(visitor.Page.GetByLabel("API key or token")).ToBeFocusedAsync();
        await keyboard.TypeAsync(DashboardGateway.ViewerKey);
        await keyboard.PressAsync("Enter");
        await visitor.IsAnsweredAsync();

        await TabToAsync(visitor, visitor.Link("Skip to content"));
        await keyboard.PressAsync("Enter");
        await Expect(visitor.Page.Locator("main")).ToBeFocusedAsync();

        await visitor.Page.ReloadAsync();
        await visitor.IsAnsweredAsync();
        await TabToAsync(visitor, visitor.Page.GetByRole(AriaRole.Navigation).GetByText("Search"));
        await keyboard.PressAsync("Enter");
        await Expect(visitor.Heading("Who did what")).ToBeFocusedAsync();
        await TabToAsync(visitor, visitor.Page.GetByLabel("Caller"));
        await keyboard.TypeAsync("key:bot");
        await TabToAsync(visitor, visitor.Page.GetByLabel("Outcome"));
        await keyboard.TypeAsync("e");
        await TabToAsync(visitor, visitor.Button("Show"));
        await keyboard.PressAsync("Enter");
        await Expect(visitor.Calls).ToHaveCountAsync(2);

        await TabToAsync(visitor, visitor.Calls.First.GetByRole(AriaRole.Link));
        await keyboard.PressAsync("Enter");
        await Expect(visitor.Heading("Call")).ToBeFocusedAsync();
        await visitor.IsAnsweredAsync();
        await TabToAsync(visitor, visitor.Button("Sign out"));
        await keyboard.PressAsync("Enter");
        await Expect(visitor.Heading("Sign in")).ToBeVisibleAsync();
    }

    private async Task ShowLiveCallsAsync(Visitor visitor)
    {
        await Expect(visitor.Page.GetByText("Connected", new() { Exact = true })).ToBeVisibleAsync();
        await gateway.CallAsync(DashboardGateway.LiveKey, "echo", """{"text":"hello"}""", "live");
        await gateway.CallAsync(DashboardGateway.GuestKey, "fail", client: "live");
        await gateway.CallAsync(DashboardGateway.LiveKey, "throw", client: "live");
        await Expect(visitor.Calls.Nth(2)).ToBeVisibleAsync();
    }

    // Every stop on the way has to be seen.
    private static async Task TabToAsync(Visitor visitor, ILocator target)
    {
        for (var steps = 0; steps < 60; steps++)
        {
            await visitor.Page.Keyboard.PressAsync("Tab");
            var isSeen = await visitor.Page.EvaluateAsync<bool>(
                """
                () => {
                  const on = document.activeElement;
                  return on === document.body || getComputedStyle(on).outlineStyle !== 'none' && on.getClientRects().length > 0;
                }
                """);
            Assert.True(isSeen, $"After {steps + 1} tabs the focus cannot be seen.");
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement"))
            {
                return;
            }
        }

        Assert.Fail($"The keyboard does not reach {target}.");
    }

    private static Task<string> GroundAsync(Visitor visitor) =>
        visitor.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
}
