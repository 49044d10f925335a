using Microsoft.AspNetCore.Http;
using Sentinel.Gateway.Exchange;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Identity;
using Xunit;

namespace Sentinel.Gateway.Tests.Authentication;

/// <summary>What becomes of tokens while an issuer changes its keys or cannot be reached.</summary>
public sealed class KeyRotationTests : IAsyncLifetime
{
    private TokenBench _bench = null!;

    private static TimeSpan Gap => TimeSpan.FromSeconds(TokenBench.GapSeconds);

    public async ValueTask InitializeAsync() => _bench = await TokenBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_new_key_is_taken_by_the_call_that_brings_it()
    {
        await _bench.ValidateAsync(_bench.Token());
        _bench.Clock.Advance(Gap);
        _bench.Issuer.Keys.Rotate();

        Assert.Null((await _bench.ValidateAsync(_bench.Token())).Failure);
        Assert.Equal(2, _bench.Issuer.KeysRequests);
    }

    [Fact]
    public async Task Within_the_gap_a_new_key_is_refused_and_after_it_taken()
    {
        await _bench.ValidateAsync(_bench.Token());
        _bench.Issuer.Keys.Rotate();

        _bench.Clock.Advance(Gap - TimeSpan.FromSeconds(1));
        Assert.Equal(LoginFailure.KeyUnknown, (await _bench.ValidateAsync(_bench.Token())).Failure);
        Assert.Equal(1, _bench.Issuer.KeysRequests);

        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null((await _bench.ValidateAsync(_bench.Token())).Failure);
    }

    [Fact]
    public async Task However_many_unknown_keys_come_an_issuer_is_asked_once_in_a_gap()
    {
        await _bench.ValidateAsync(_bench.Token());
        for (var interval = 1; interval <= 5; interval++)
        {
            _bench.Clock.Advance(Gap);
            var flood = Enumerable.Range(0, 64).Select(i =>
                _bench.ValidateAsync(_bench.Token().WithHeader("kid", $"made-up-{interval}-{i}")));

            Assert.All(await Task.WhenAll(flood), v => Assert.Equal(LoginFailure.KeyUnknown, v.Failure));
            Assert.Equal((1 + interval, 1 + interval), (_bench.Issuer.DiscoveryRequests, _bench.Issuer.KeysRequests));
        }
    }

    [Fact]
    public async Task A_retired_key_is_refused_after_the_next_fetch_even_for_tokens_that_were_remembered()
    {
        var token = _bench.Token().ExpiresIn(TimeSpan.FromHours(5)).ToString();
        await _bench.ValidateAsync(token);
        Assert.NotNull(_bench.Find(token));

        _bench.Issuer.Keys.Rotate(keepsOld: false);
        _bench.Clock.Advance(TimeSpan.FromSeconds(3600));
        await _bench.Keys.RefreshAsync();

        Assert.Null(_bench.Find(token));
        Assert.Equal(LoginFailure.KeyUnknown, (await _bench.ValidateAsync(token)).Failure);
    }

    [Fact]
    public async Task A_fetch_that_brings_the_same_keys_forgets_no_token()
    {
        var token = _bench.Token().ExpiresIn(TimeSpan.FromHours(5)).ToString();
        await _bench.ValidateAsync(token);
        _bench.Clock.Advance(Gap);

        await _bench.Keys.RefreshAsync();

        Assert.Equal(2, _bench.Issuer.KeysRequests);
        Assert.NotNull(_bench.Find(token));
    }

    [Fact]
    public async Task An_issuer_that_is_away_at_first_is_used_once_it_is_there()
    {
        _bench.Issuer.Keys.IsDown = true;
        Assert.Equal(LoginFailure.IssuerUnavailable, (await _bench.ValidateAsync(_bench.Token())).Failure);
        _bench.Issuer.Keys.IsDown = false;

        // Within the gap nobody asks, so that a dead issuer is not hammered.
        Assert.Equal(LoginFailure.IssuerUnavailable, (await _bench.ValidateAsync(_bench.Token())).Failure);
        Assert.Equal(1, _bench.Issuer.DiscoveryRequests);
        _bench.Clock.Advance(Gap);

        Assert.Null((await _bench.ValidateAsync(_bench.Token())).Failure);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("503")]
    [InlineData("404")]
    [InlineData("redirect")]
    [InlineData("html")]
    [InlineData("empty")]
    [InlineData("no keys")]
    [InlineData("another issuer")]
    [InlineData("too long")]
    public async Task Known_keys_go_on_through_an_outage_of_any_kind(string kind)
    {
        await _bench.ValidateAsync(_bench.Token());
        _bench.Issuer.Keys.Instead = http => FailAsync(http, kind);
        for (var hour = 0; hour < 48; hour++)
        {
            _bench.Clock.Advance(TimeSpan.FromHours(1));
            await _bench.Keys.RefreshAsync();

            Assert.Null((await _bench.ValidateAsync(_bench.Token())).Failure);
        }

        Assert.Equal(TimeSpan.FromHours(48), _bench.Keys.Age);
        Assert.NotEmpty(_bench.Log.WithId(2004));
    }

    [Fact]
    public async Task A_fetch_that_hangs_holds_up_only_calls_that_need_it()
    {
        await _bench.ValidateAsync(_bench.Token());
        var known = _bench.Token();
        using var release = new CancellationTokenSource();
        _bench.Issuer.Keys.Instead = http =>
            Task.Delay(Timeout.Infinite, release.Token).ContinueWith(_ => http.Abort(), TaskScheduler.Default);
        _bench.Clock.Advance(Gap);
        var waiting = _bench.ValidateAsync(_bench.Token().WithHeader("kid", "new"));

        Assert.Null((await _bench.ValidateAsync(known)).Failure);
        Assert.False(waiting.IsCompleted);
        await release.CancelAsync();
        Assert.Equal(LoginFailure.KeyUnknown, (await waiting.WaitAsync(Deadline.Default)).Failure);
    }

    [Fact]
    public async Task Under_load_no_valid_token_is_refused_beyond_the_gap_and_no_invalid_one_taken()
    {
        await _bench.ValidateAsync(_bench.Token());
        for (var rotation = 1; rotation <= 8; rotation++)
        {
            _bench.Clock.Advance(Gap);
            _bench.Issuer.Keys.Rotate(rotation % 2 == 0 ? TestKey.Ecdsa() : null, keepsOld: false);

            // Good ones under the new key, made-up key ids, strangers' signatures under the new key's id.
            var calls = Enumerable.Range(0, 48).Select(async i => i % 3 == 0
                ? (IsGood: true, await _bench.ValidateAsync(_bench.Token($"subject-{i}")))
                : (IsGood: false, await _bench.ValidateAsync(i % 3 == 1
                    ? _bench.Token().WithHeader("kid", $"made-up-{i}")
                    : _bench.Token().With("sub", "root").SignedBy(_bench.Stranger).WithHeader("alg", "RS256"))));

            Assert.All(await Task.WhenAll(calls), call => Assert.Equal(call.IsGood, call.Item2.Failure is null));
            Assert.Equal(1 + rotation, _bench.Issuer.KeysRequests);
        }
    }

    private Task FailAsync(HttpContext http, string kind)
    {
        var response = http.Response;
        switch (kind)
        {
            case "503" or "404":
                response.StatusCode = kind == "503" ? 503 : 404;
                return Task.CompletedTask;
            case "redirect":
                response.Redirect(_bench.Elsewhere.Authority + http.Request.Path);
                return Task.CompletedTask;
            case "html":
                return response.WriteAsync("<html>sign in</html>");
            case "empty":
                return response.WriteAsync("{}");
            case "no keys":
                return response.WriteAsync($$"""
                    {"issuer":"{{_bench.Issuer.Authority}}","jwks_uri":"{{_bench.Issuer.Authority}}/none","keys":[]}
                    """);
            case "another issuer":
                return response.WriteAsync(_bench.Elsewhere.Metadata.ToJsonString());
            case "too long":
                return response.WriteAsync(new string(' ', 2 * 1024 * 1024));
            default:
                http.Abort();
                return Task.CompletedTask;
        }
    }
}
