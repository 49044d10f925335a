using System.Globalization;
using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Sentinel.Tests.Shared;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sentinel.EndToEnd.Tests.Dashboard;

/// <summary>
/// Somebody at a browser of their own. When they leave, nothing may have gone to another origin, been written to the
/// console, thrown, or asked in a dialog.
/// </summary>
internal sealed partial class Visitor : IAsyncDisposable
{
    public const int PhoneWidth = 375;

    /// <summary>Every view, by a name for its picture; the record is of a call that a test names.</summary>
    public static readonly (string Name, string Hash)[] Views =
    [
        ("live", "live"),
        ("search", "calls?caller=key%3Abot&argument=project%3DOPS"),
        ("charts", "charts?from=1h"),
        ("policy", "policy"),
        ("explain", "explain?role=guest&backend=sample&name=fail"),
        ("backends", "backends"),
        ("audit", "audit"),
    ];

    // Details of what is right are not collected, which takes most of the time.
    private static readonly AxeRunOptions OnlyViolations = new() { ResultTypes = [ResultType.Violations] };

    private readonly IBrowserContext _context;
    private readonly string _origin;
    private readonly List<string> _faults = [];
    private readonly List<string> _expected = ["status of 401"];

    private Visitor(IBrowserContext context, IPage page, Uri url)
    {
        _context = context;
        Page = page;
        _origin = url.AbsoluteUri;
        context.Request += (_, request) => Requested(request.Url);
        page.Console += (_, message) => Said(message.Type, message.Text);
        page.PageError += (_, error) => Fault($"thrown: {error}");
        page.Dialog += (_, dialog) => Fault($"dialog: {dialog.Message}");
    }

    public IPage Page { get; }

    public IBrowserContext Context => _context;

    /// <summary>Opens the page, signed out.</summary>
    public static async Task<Visitor> ComeAsync(
        DashboardBrowser browser,
        DashboardGateway gateway,
        ColorScheme theme = ColorScheme.Light,
        int width = 1280,
        string hash = "")
    {
        var program = await browser.BrowserAsync();
        await gateway.StartedAsync();
        return await ComeAsync(program, gateway.Url, theme, width, hash);
    }

    /// <summary>Opens another gateway's page.</summary>
    public static async Task<Visitor> ComeAsync(
        IBrowser browser,
        Uri url,
        ColorScheme theme = ColorScheme.Light,
        int width = 1280,
        string hash = "")
    {
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = url.AbsoluteUri,
            ColorScheme = theme,
            ViewportSize = new() { Width = width, Height = 800 },
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            TimezoneId = "Europe/Berlin",
        });
        context.SetDefaultTimeout((float)Deadline.Default.TotalMilliseconds);
        var visitor = new Visitor(context, await context.NewPageAsync(), url);
        await visitor.Page.GotoAsync($"/{(hash.Length > 0 ? "#/" + hash : "")}");
        return visitor;
    }

    /// <summary>Opens the page and signs in as the viewer.</summary>
    public static async Task<Visitor> ComeAsViewerAsync(
        DashboardBrowser browser,
        DashboardGateway gateway,
        ColorScheme theme = ColorScheme.Light,
        int width = 1280,
        string hash = "")
    {
        var visitor = await ComeAsync(browser, gateway, theme, width, hash);
        await visitor.SignInAsync(DashboardGateway.ViewerKey);
        await Expect(visitor.Button("Sign out")).ToBeVisibleAsync();
        return visitor;
    }

    public async Task SignInAsync(string credential)
    {
        await Page.GetByLabel("API key or token").FillAsync(credential);
        await Button("Sign in").ClickAsync();
    }

    /// <summary>What answers of the gateway the browser's console will speak of.</summary>
    public void Expects(int status) => _expected.Add(string.Create(CultureInfo.InvariantCulture, $"status of {status}"));

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name });

    public ILocator Heading(string name) => Page.GetByRole(AriaRole.Heading, new() { Name = name, Level = 1, Exact = true });

    /// <summary>The lines of the table of calls.</summary>
    public ILocator Calls => Page.Locator("table.calls tbody tr");

    /// <summary>What should not have happened so far; it is forgotten with that.</summary>
    public IReadOnlyList<string> TakeFaults()
    {
        lock (_faults)
        {
            string[] taken = [.. _faults];
            _faults.Clear();
            return taken;
        }
    }

    /// <summary>Goes where a link would, and returns when nothing is asked any more.</summary>
    public async Task GoAsync(string hash)
    {
        await Page.EvaluateAsync("hash => { location.hash = hash; }", "#/" + hash);
        await IsAnsweredAsync();
    }

    /// <summary>Returns when every question of the view has its answer.</summary>
    public async Task IsAnsweredAsync()
    {
        await Expect(Page.Locator("main h1")).ToBeVisibleAsync();
        await Expect(Page.Locator("[aria-busy]")).ToHaveCountAsync(0);
        // Charts are drawn once their place has a size.
        await Page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    }

    /// <summary>Keeps a picture of the page among the tests' results.</summary>
    public async Task<string> KeepPictureAsync(string name, bool isWhole = true)
    {
        var path = Artifacts.Kept("dashboard", $"{name}.png");
        await Page.ScreenshotAsync(new() { Path = path, FullPage = isWhole, Animations = ScreenshotAnimations.Disabled });
        TestContext.Current.TestOutputHelper?.WriteLine(path);
        return path;
    }

    /// <summary>What axe finds wrong with the view.</summary>
    public async Task<IReadOnlyList<string>> BarriersAsync()
    {
        var result = await Page.RunAxe(OnlyViolations);
        Assert.NotEmpty(result.Passes);
        return [.. result.Violations.SelectMany(violation => violation.Nodes.Select(node =>
            $"{violation.Id} ({violation.Impact}): {violation.Help}: {node.Html}"))];
    }

    /// <summary>How far the page reaches beyond its window, in pixels.</summary>
    public Task<int> OverflowAsync() => Page.EvaluateAsync<int>(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth");

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(TakeFaults());
    }

    private void Requested(string url)
    {
        if (!url.StartsWith(_origin, StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal))
        {
            Fault($"asked elsewhere: {url}");
        }
    }

    private void Said(string type, string text)
    {
        var isExpected = Status().Match(text) is { Success: true } status && _expected.Contains(status.Value);
        if (type is "error" or "warning" && !isExpected)
        {
            Fault($"console: {text}");
        }
    }

    private void Fault(string text)
    {
        lock (_faults)
        {
            _faults.Add(text);
        }
    }

    [GeneratedRegex(@"status of \d+", RegexOptions.None, 1000)]
    private static partial Regex Status();
}
