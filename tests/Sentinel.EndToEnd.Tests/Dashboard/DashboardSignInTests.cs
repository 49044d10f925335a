using System.Net;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sentinel.EndToEnd.Tests.Dashboard;

/// <summary>Who gets in, who does not, and what is left in the browser.</summary>
[Collection(nameof(DashboardPage))]
public sealed class DashboardSignInTests(DashboardGateway gateway, DashboardBrowser browser)
{
    [Fact]
    public async Task A_wrong_credential_is_told_so_and_gets_no_cookie()
    {
        await using var visitor = await Visitor.ComeAsync(browser, gateway);

        await visitor.SignInAsync("wrong-key-0123456789abcdef");

        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).Not.ToBeEmptyAsync();
        await Expect(visitor.Heading("Sign in")).ToBeVisibleAsync();
        Assert.Empty(await visitor.Context.CookiesAsync());
        Assert.Empty(await visitor.BarriersAsync());
    }

    [Fact]
    public async Task A_caller_who_is_no_viewer_is_told_which_role_is_needed()
    {
        await using var visitor = await Visitor.ComeAsync(browser, gateway);
        visitor.Expects(403);

        await visitor.SignInAsync(DashboardGateway.BotKey);

        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("auditor");
        Assert.Empty(await visitor.Context.CookiesAsync());
    }

    [Fact]
    public async Task A_viewers_credential_stays_nowhere_but_in_a_cookie_that_no_script_can_read()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway);

        var cookie = Assert.Single(await visitor.Context.CookiesAsync());
        Assert.Equal(("sentinel_viewer", true, SameSiteAttribute.Strict), (cookie.Name, cookie.HttpOnly, cookie.SameSite));
        Assert.DoesNotContain(DashboardGateway.ViewerKey, cookie.Value, StringComparison.Ordinal);
        var kept = await visitor.Page.EvaluateAsync<string>(
            "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])");
        Assert.DoesNotContain(DashboardGateway.ViewerKey, kept, StringComparison.Ordinal);
        Assert.Contains("\"\"", kept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_for_whoever_has_its_cookie()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway);
        var cookie = Assert.Single(await visitor.Context.CookiesAsync());
        Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(cookie.Value));

        await visitor.Button("Sign out").ClickAsync();

        await Expect(visitor.Heading("Sign in")).ToBeVisibleAsync();
        Assert.Empty(await visitor.Context.CookiesAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOfAsync(cookie.Value));
        await visitor.Page.ReloadAsync();
        await Expect(visitor.Heading("Sign in")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Whoever_loses_the_session_comes_back_to_where_they_were()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, hash: "calls?caller=key%3Abot&outcome=error");
        await Expect(visitor.Calls).ToHaveCountAsync(2);
        var url = visitor.Page.Url;

        await visitor.Page.EvaluateAsync("() => fetch('api/session', { method: 'DELETE', headers: { 'Content-Type': 'application/json' } })");
        await visitor.Button("Show").ClickAsync();

        await Expect(visitor.Page.GetByText("The session has ended")).ToBeVisibleAsync();
        await visitor.SignInAsync(DashboardGateway.ViewerKey);
        await Expect(visitor.Calls).ToHaveCountAsync(2);
        Assert.Equal(url, visitor.Page.Url);
    }

    private async Task<HttpStatusCode> StatusOfAsync(string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Url, "api/status"));
        request.Headers.Add("Cookie", $"sentinel_viewer={cookie}");
        using var response = await request.SendAsync();
        return response.StatusCode;
    }
}
