using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sentinel.Gateway.Configuration;
using Xunit;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Sentinel.Gateway.Tests.Configuration;

public sealed class SnapshotTests
{
    [Fact]
    public async Task Readers_see_one_whole_snapshot_while_others_are_published()
    {
        using var file = await WatchedFile.StartAsync();
        var provider = new SnapshotProxyConfigProvider(file.Source);
        var mixtures = 0;
        var isDone = false;
        var readers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                var config = provider.GetConfig();
                var snapshot = file.Source.For(config.Routes.Single());
                var number = snapshot.Version;
                var isWhole = config.Routes.Single().RouteId == $"r{number}"
                    && config.Clusters.Single().ClusterId == $"c{number}"
                    && snapshot.Policy.HasRole($"v{number}")
                    && snapshot.Sentinel.Authentication!.Anonymous!.Roles.Single() == $"v{number}"
                    && (config.ChangeToken.HasChanged || file.Source.Current.Version >= number);
                Interlocked.Add(ref mixtures, isWhole ? 0 : 1);
            }
        })).ToList();
        readers.ForEach(reader => reader.Start());

        for (var number = 2; number <= 60; number++)
        {
            await file.WriteAndSettleAsync(WatchedFile.Numbered(number));
        }

        Volatile.Write(ref isDone, true);
        readers.ForEach(reader => reader.Join());
        Assert.Equal(60, file.Source.Current.Version);
        Assert.Equal(0, mixtures);
    }

    [Fact]
    public async Task The_token_of_a_configuration_is_signalled_when_the_next_one_can_be_had()
    {
        using var file = await WatchedFile.StartAsync();
        var provider = new SnapshotProxyConfigProvider(file.Source);
        string? seen = null;
        provider.GetConfig().ChangeToken.RegisterChangeCallback(_ => seen = provider.GetConfig().RevisionId, null);

        await file.WriteAndSettleAsync(WatchedFile.Numbered(2));

        Assert.Equal("2", seen);
    }

    [Fact]
    public async Task A_route_that_someone_still_holds_keeps_its_snapshot()
    {
        using var file = await WatchedFile.StartAsync();
        var held = file.Source.Current.Routes.Single();

        for (var number = 2; number <= 20; number++)
        {
            await file.WriteAndSettleAsync(WatchedFile.Numbered(number));
            GC.Collect();
        }

        Assert.Equal(1, file.Source.For(held).Version);
        Assert.Equal(1, file.Source.For(held with { Order = 3 }).Version);
    }

    [Fact]
    public async Task A_copied_route_finds_its_snapshot_among_the_latest_eight()
    {
        using var file = await WatchedFile.StartAsync();
        var copies = new List<RouteConfig>();
        for (var number = 2; number <= 10; number++)
        {
            var route = file.Source.Current.Routes.Single();
            copies.Add(route with { Metadata = new Dictionary<string, string>(route.Metadata!) });
            await file.WriteAndSettleAsync(WatchedFile.Numbered(number));
        }

        Assert.Equal(Enumerable.Range(3, 7), copies[2..].Select(copy => (int)file.Source.For(copy).Version));
        Assert.Throws<InvalidOperationException>(() => file.Source.For(copies[0]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("99")]
    [InlineData("-1")]
    [InlineData("1 ")]
    public async Task A_route_of_another_origin_has_no_snapshot(string? version)
    {
        using var file = await WatchedFile.StartAsync();
        var route = new RouteConfig
        {
            RouteId = "x",
            Match = new(),
            Metadata = version is null
                ? null
                : new Dictionary<string, string> { [ConfigurationSnapshot.MetadataKey] = version },
        };

        var e = Assert.Throws<InvalidOperationException>(() => file.Source.For(route));

        Assert.Contains("The route 'x' belongs to no snapshot", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task YARP_rebuilds_every_endpoint_with_each_publication()
    {
        using var file = await WatchedFile.StartAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(file.Timers);
        builder.Services.AddReverseProxy();
        builder.Services.AddSentinelConfiguration(file.Source);
        await using var app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync(TestContext.Current.CancellationToken);
        var endpoints = Assert.Single(((IEndpointRouteBuilder)app).DataSources);
        Assert.Equal([1L], Versions(endpoints, file.Source));

        // The role alone changes: without the stamp YARP would keep the endpoint and with it the old policy.
        var applied = new TaskCompletionSource();
        endpoints.GetChangeToken().RegisterChangeCallback(_ => applied.SetResult(), null);
        await file.WriteAndSettleAsync(
            WatchedFile.Numbered(1).Replace("[\"*\"]", "[\"c1/x\"]", StringComparison.Ordinal));
        await applied.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Equal([2L], Versions(endpoints, file.Source));
    }

    private static IEnumerable<long> Versions(EndpointDataSource endpoints, ConfigurationSource source) =>
        endpoints.Endpoints.Select(endpoint => source.For(endpoint.Metadata.GetMetadata<RouteModel>()!.Config).Version);
}
