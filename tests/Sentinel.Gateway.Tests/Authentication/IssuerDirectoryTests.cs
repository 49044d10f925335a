using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Identity;
using Xunit;

namespace Sentinel.Gateway.Tests.Authentication;

/// <summary>Issuers and remembered tokens across start and changes of proxy.json.</summary>
public sealed class IssuerDirectoryTests : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private TestIssuer _issuer = null!;

    public async ValueTask InitializeAsync() => _issuer = await TestIssuer.StartAsync(time: _clock);

    public ValueTask DisposeAsync() => _issuer.DisposeAsync();

    [Fact]
    public async Task Keys_are_fetched_before_the_first_call_and_again_when_it_is_time()
    {
        await using var rig = await AuthenticationRig.StartAsync(Config("analyst"), _clock);
        await Eventually.TrueAsync(() => _issuer.KeysRequests == 1, "The keys were fetched at start.");
        await Eventually.TrueAsync(() => rig.Log.WithId(2002).Count == 1, "The keys are known.");

        Assert.Equal("200", (await SendAsync(rig)).Status);
        Assert.Equal(1, _issuer.KeysRequests);
        _clock.Advance(TimeSpan.FromSeconds(3600));
        await Eventually.TrueAsync(() => _issuer.KeysRequests == 2, "The keys were fetched again.");
    }

    [Fact]
    public async Task Starting_does_not_wait_for_an_issuer()
    {
        using var never = new CancellationTokenSource();
        _issuer.Keys.Instead = _ => Task.Delay(Timeout.Infinite, never.Token).ContinueWith(_ => { }, TaskScheduler.Default);

        await using var rig = await AuthenticationRig.StartAsync(Config("analyst"), _clock);

        Assert.Equal("200", (await rig.SendAsync("/a/mcp", "X-Api-Key: right")).Status);
        await never.CancelAsync();
    }

    [Fact]
    public async Task A_change_of_configuration_judges_remembered_tokens_anew_and_fetches_no_keys()
    {
        await using var rig = await AuthenticationRig.StartAsync(Config("analyst"), _clock);
        var token = Token();
        Assert.Contains("[analyst]", (await SendAsync(rig, token)).Caller!, StringComparison.Ordinal);

        await rig.ReloadAsync(Config("deployer"));

        Assert.Contains("[deployer]", (await SendAsync(rig, token)).Caller!, StringComparison.Ordinal);
        Assert.Equal(1, _issuer.KeysRequests);
    }

    [Fact]
    public async Task An_issuer_that_left_the_configuration_is_not_believed_any_more()
    {
        await using var rig = await AuthenticationRig.StartAsync(Config("analyst"), _clock);
        var token = Token();
        Assert.Equal("200", (await SendAsync(rig, token)).Status);

        var without = Config("analyst");
        without.Sentinel["Authentication"]!.AsObject().Remove("Issuers");
        await rig.ReloadAsync(without);

        Assert.Equal("401", (await SendAsync(rig, token)).Status);
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, _issuer.KeysRequests);
    }

    private string Token() => _issuer.Token(TokenWorld.Audience)
        .With("roles", new JsonArray("analyst", "deployer"))
        .ExpiresIn(TimeSpan.FromHours(5))
        .ToString();

    private Task<RigAnswer> SendAsync(AuthenticationRig rig, string? token = null) =>
        rig.SendAsync("/a/mcp", $"Authorization: Bearer {token ?? Token()}");

    private ProxyConfig Config(string role)
    {
        var config = new ProxyConfig()
            .Backend("a", new Uri("http://127.0.0.1:9/"))
            .ApiKey("ci", "right")
            .Role(role, ["*"]);
        config.Sentinel["Authentication"]!["Issuers"] = new JsonArray(TokenWorld.IssuerOf(_issuer));
        return config;
    }
}
