using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sentinel.EndToEnd.Tests.Dashboard;

/// <summary>Who may call what, and why.</summary>
[Collection(nameof(DashboardPage))]
public sealed class DashboardPolicyTests(DashboardGateway gateway, DashboardBrowser browser)
{
    [Fact]
    public async Task The_matrix_says_by_word_what_each_role_may_and_a_cell_leads_to_the_reason()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway);
        await visitor.GoAsync("policy");

        var cells = await visitor.Page.Locator(".matrix tr").EvaluateAllAsync<string[][]>(
            "lines => lines.map(line => [...line.children].map(cell => cell.textContent))");

        Assert.Equal(["Tool", "auditor", "deployer", "guest"], cells[0]);
        Assert.Contains(cells, line => line is ["sample/echo", "deny", "allow", "allow"]);
        Assert.Contains(cells, line => line is ["sample/fail", "deny", "allow", "deny"]);
        Assert.Contains(cells, line => line is ["sample/big", "off", "off", "off"]);

        await visitor.Page.Locator(".matrix tr", new() { HasText = "sample/fail" }).GetByRole(AriaRole.Link).Last.ClickAsync();
        await Expect(visitor.Page.Locator(".verdict")).ToContainTextAsync("Denied");
        await Expect(visitor.Page.Locator(".verdict")).ToContainTextAsync("$.Sentinel.Rbac.Roles.guest.Deny[0]");
    }

    [Fact]
    public async Task Rules_callers_and_what_is_switched_off_are_listed()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway);
        await visitor.GoAsync("policy");

        var main = visitor.Page.Locator("main");
        await Expect(main).ToContainTextAsync("Enforced");
        await Expect(main).ToContainTextAsync("hostile/deploy");
        await Expect(main).ToContainTextAsync("DEV-*");
        await Expect(main).ToContainTextAsync("key:busy");
        await Expect(main.Locator("section", new() { HasText = "Switched off" })).ToContainTextAsync("sample/big");
        Assert.DoesNotContain(DashboardGateway.BusyKey, await visitor.Page.ContentAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"project":"OPS"}""", "Allowed")]
    [InlineData("""{"project":"SECRET"}""", "Denied")]
    public async Task An_explanation_follows_the_arguments(string arguments, string verdict)
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, hash: "explain");

        await visitor.Page.GetByLabel("Roles").FillAsync("deployer");
        await visitor.Page.GetByLabel("Backend").FillAsync("hostile");
        await visitor.Page.GetByLabel("Name").FillAsync("deploy");
        await visitor.Page.GetByLabel("Arguments").FillAsync(arguments);
        await visitor.Button("Explain").ClickAsync();

        await Expect(visitor.Page.Locator(".verdict")).ToContainTextAsync(verdict);
        await visitor.Page.ReloadAsync();
        await Expect(visitor.Page.Locator(".verdict")).ToContainTextAsync(verdict);
    }

    [Fact]
    public async Task A_role_that_there_is_not_is_said_to_be_none()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway);
        visitor.Expects(400);

        await visitor.GoAsync("explain?role=emperor&backend=sample&name=echo");

        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("emperor");
    }
}
