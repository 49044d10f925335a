using Microsoft.Extensions.DependencyInjection;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Hosting;
using Sentinel.Gateway.Management;
using Sentinel.Gateway.Tests.Architecture;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Management;

/// <summary>docs/metrics.md is what the instruments of a gateway say.</summary>
public sealed class MetricsPageTests
{
    private const string AcceptVariable = "SENTINEL_ACCEPT_SNAPSHOTS";

    [Fact]
    public async Task The_page_lists_every_metric_of_a_gateway()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("proxy.json");
        await File.WriteAllTextAsync(path, new ProxyConfig().Backend("x", new Uri("http://127.0.0.1:1/")).Anonymous().ToJson());
        var source = await ConfigurationSource.LoadAsync(path, new Dictionary<string, string>(), default);
        await using var app = GatewayHost.Build(source, Listeners.Parse("http://127.0.0.1:0"));
        await app.StartAsync();

        // Other hosts of this process have instruments of the same names, other tests have their own.
        var families = app.Services.GetRequiredService<MetricStore>().Families
            .Where(family => family.Instrument.Meter.Name is "Sentinel.Gateway" or "Sentinel.Audit" or "System.Runtime")
            .DistinctBy(family => family.Name);
        var page = MetricsPage.Write(families);

        var file = Path.Combine(SourceTree.Root, "docs/metrics.md");
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "true")
        {
            await File.WriteAllTextAsync(file, page);
        }

        Assert.True(
            page == await File.ReadAllTextAsync(file),
            $"docs/metrics.md is not what the instruments say: run this test with {AcceptVariable}=true.");
    }

    [Fact]
    public void Every_metric_says_what_it_means()
    {
        var lines = File.ReadAllLines(Path.Combine(SourceTree.Root, "docs/metrics.md"));
        var rows = lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal)).ToList();

        Assert.True(rows.Count > 50, $"{rows.Count} rows");
        Assert.DoesNotContain(rows, row => row.Split('|')[5].Trim().Length < 10);
    }
}
