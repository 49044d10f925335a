using Microsoft.Playwright;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Dashboard;

/// <summary>Tests that share a browser and a gateway, one after another.</summary>
[CollectionDefinition(nameof(DashboardPage))]
public sealed class DashboardPage : ICollectionFixture<DashboardGateway>, ICollectionFixture<DashboardBrowser>;

/// <summary>Debian's Chromium, without a window; its profiles are contexts that tests make.</summary>
public sealed class DashboardBrowser : IAsyncLifetime
{
    private readonly Lazy<Task<(IPlaywright Driver, IBrowser Browser)>> _started = new(StartAsync);

    /// <summary>Skips the running test where there is no Chromium.</summary>
    public async Task<IBrowser> BrowserAsync()
    {
        Requires.Chromium();
        return (await _started.Value).Browser;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_started is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            var (driver, browser) = await _started.Value;
            await browser.DisposeAsync();
            driver.Dispose();
        }
    }

    private static async Task<(IPlaywright, IBrowser)> StartAsync()
    {
        Assertions.SetDefaultExpectTimeout((float)Deadline.Default.TotalMilliseconds);
        var driver = await Playwright.CreateAsync();
        var options = new BrowserTypeLaunchOptions
        {
            ExecutablePath = Requires.ChromiumPath,
            // Its sandbox does not start for root; the only page it opens is ours.
            Args = ["--no-sandbox", "--force-color-profile=srgb"],
        };
        return (driver, await driver.Chromium.LaunchAsync(options));
    }
}
