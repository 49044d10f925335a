using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Sentinel.Tests.Shared;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sentinel.EndToEnd.Tests.Dashboard;

/// <summary>How the gateway, its backends and its audit do.</summary>
[Collection(nameof(DashboardPage))]
public sealed class DashboardStateTests(Servers servers, DashboardGateway gateway, DashboardBrowser browser)
{
    [Fact]
    public async Task A_destination_that_stops_is_seen_to_be_dead()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, hash: "backends");
        var second = visitor.Page.Locator("[aria-label='Destinations of pair'] tbody tr").Nth(1);
        await Expect(second).ToContainTextAsync("Alive");
        await Expect(second).ToContainTextAsync("Healthy");

        await gateway.Second.Process.KillAsync();

        await Expect(second).ToContainTextAsync("Dead", new() { Timeout = 30_000 });
        await Expect(visitor.Page.GetByText("1 of 2 down")).ToBeVisibleAsync();
        await visitor.KeepPictureAsync("backends-dead");
    }

    [Fact]
    public async Task A_verification_ends_with_its_verdict()
    {
        await using var visitor = await Visitor.ComeAsViewerAsync(browser, gateway, hash: "audit");
        await Expect(visitor.Page.Locator("main")).ToContainTextAsync("Durable");

        await visitor.Button("Verify").ClickAsync();

        await Expect(visitor.Page.GetByText("none was removed, changed or put in")).ToBeVisibleAsync();
        await visitor.KeepPictureAsync("audit-verified");
    }

    [Fact]
    public async Task A_row_that_was_changed_is_found_and_a_verification_can_be_called_off()
    {
        await browser.BrowserAsync();
        await using var own = await StartAsync(config => config.AuditToSqlite("audit.db"));
        await Rpc.CallAsync(new Uri(own.Url, "sample/mcp"), Servers.TesterKey, "echo", """{"text":"true"}""");
        var path = Path.Combine(own.Folder, "audit.db");
        await AuditTable.OfFile(path).HasRowsAsync(1);
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE audit_log SET client_subject = 'key:somebody-else'";
            Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        await using var visitor = await Visitor.ComeAsync(await browser.BrowserAsync(), own.ManagementUrl, hash: "audit");
        await visitor.SignInAsync(DashboardGateway.ViewerKey);
        await visitor.Button("Verify").ClickAsync();
        await Expect(visitor.Page.GetByText("Not intact")).ToBeVisibleAsync();
        Assert.NotEqual(0, await visitor.Page.Locator("[aria-label='Findings'] tbody tr").CountAsync());

        await visitor.Page.RouteAsync("**/api/verify*", _ => Task.CompletedTask);
        await visitor.Button("Verify").ClickAsync();
        await visitor.Button("Cancel").ClickAsync();
        await Expect(visitor.Page.GetByText("nothing is proven")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_store_that_is_away_and_a_gateway_that_stops_are_said_above_every_view()
    {
        await browser.BrowserAsync();
        await using var own = await StartAsync(
            config =>
            {
                config.AuditToPostgres();
                config.Sentinel["Shutdown"] = new JsonObject { ["LoadBalancerSeconds"] = 60 };
            },
            new Dictionary<string, string?> { ["DATABASE_URL"] = $"postgres://nobody@127.0.0.1:{FreePort.Take()}/none" });
        await Rpc.CallAsync(new Uri(own.Url, "sample/mcp"), Servers.TesterKey, "echo", """{"text":"hello"}""");
        await using var visitor = await Visitor.ComeAsync(await browser.BrowserAsync(), own.ManagementUrl, hash: "policy");
        visitor.Expects(503);
        await visitor.SignInAsync(DashboardGateway.ViewerKey);

        await Expect(visitor.Page.Locator(".banner")).ToContainTextAsync("The audit store has trouble");
        await visitor.IsAnsweredAsync();
        Assert.Empty(await visitor.BarriersAsync());
        await visitor.GoAsync("calls");
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).Not.ToBeEmptyAsync();

        await own.Process.TerminateAsync();
        await Expect(visitor.Page.Locator(".banner").First).ToContainTextAsync("This gateway is stopping");
        await visitor.KeepPictureAsync("banners");
    }

    private Task<GatewayProcess> StartAsync(
        Action<ProxyConfig> configure,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var config = new ProxyConfig()
            .Backend("sample", servers.Sample.Url)
            .ApiKey("viewer", DashboardGateway.ViewerKey, "auditor")
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("auditor", allow: [])
            .Role("tester", allow: ["*"]);
        configure(config);
        config.Sentinel["Management"]!["ViewerRoles"] = new JsonArray("auditor");
        return GatewayProcess.StartAsync(config, environment);
    }
}
