using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Each caller keeps to one destination, and moves only when that is gone.</summary>
public sealed class CallerHashTests
{
    private const int Callers = 24;

    [Fact]
    public async Task Callers_keep_to_their_destination_on_every_replica_and_only_those_of_a_dead_one_move()
    {
        var backends = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => ScriptedBackend.StartAsync(TwoDestinations.AnswerAsync)));
        try
        {
            await using var one = await StartAsync("CallerHash", backends);
            await using var other = await StartAsync("CallerHash", backends);
            var places = await PlacesAsync(one, backends);
            Assert.All(places, place => Assert.Single(place));
            Assert.Equal(3, places.SelectMany(place => place).Distinct().Count());
            Assert.Equal(places, await PlacesAsync(other, backends));

            var dead = backends[1].Url;
            await backends[1].DisposeAsync();

            var after = await PlacesAsync(one, [backends[0], backends[2]]);
            for (var i = 0; i < Callers; i++)
            {
                var moved = Assert.Single(after[i]);
                Assert.True(moved == places[i].Single() || places[i].Single() == dead, $"caller {i}");
            }
        }
        finally
        {
            await Task.WhenAll(backends.Select(backend => backend.DisposeAsync().AsTask()));
        }
    }

    [Fact]
    public async Task By_another_policy_they_do_not()
    {
        await using var a = await ScriptedBackend.StartAsync(TwoDestinations.AnswerAsync);
        await using var b = await ScriptedBackend.StartAsync(TwoDestinations.AnswerAsync);
        await using var gateway = await StartAsync("RoundRobin", [a, b]);

        Assert.Contains(await PlacesAsync(gateway, [a, b]), places => places.Count == 2);
    }

    private static async Task<IReadOnlyList<IReadOnlySet<Uri>>> PlacesAsync(
        GatewayProcess gateway,
        IReadOnlyList<ScriptedBackend> backends)
    {
        var run = Guid.NewGuid().ToString("n");
        for (var call = 0; call < 3; call++)
        {
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(i =>
                Rpc.CallAsync(new Uri(gateway.Url, $"x/{run}/{i}"), Key(i), "count", $$"""{"call":{{call}}}""")));
        }

        return
        [
            .. Enumerable.Range(0, Callers).Select(i => backends
                .Where(backend => backend.Requests.Any(request => request.Path == $"/{run}/{i}"))
                .Select(backend => backend.Url)
                .ToHashSet()),
        ];
    }

    private static Task<GatewayProcess> StartAsync(string policy, IEnumerable<ScriptedBackend> backends)
    {
        var config = new ProxyConfig().Backend("x", [.. backends.Select(backend => backend.Url)]).Role("r", allow: ["*"]);
        for (var i = 0; i < Callers; i++)
        {
            config.ApiKey($"caller-{i}", Key(i), "r");
        }

        config.ReverseProxy["Clusters"]!["x"]!["LoadBalancingPolicy"] = policy;
        return GatewayProcess.StartAsync(config);
    }

    private static string Key(int caller) => $"key-of-caller-{caller:d4}-0123456789";
}
