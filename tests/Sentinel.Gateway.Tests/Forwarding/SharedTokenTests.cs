using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Backends;
using Sentinel.Gateway.Forwarding;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Forwarding;

/// <summary>A token endpoint that numbers its tokens, and the calls that need one; the clock is the test's.</summary>
public sealed class SharedTokenTests : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private readonly LogSpy _log = new();
    private readonly TokenEndpoint _endpoint;
    private ScriptedBackend _server = null!;
    private SharedToken _token = null!;
    private int _issued;
    private bool _isBroken;
    private string _life = "3600";
    private Task _gate = Task.CompletedTask;

    public SharedTokenTests() => _endpoint = new TokenEndpoint(_clock);

    public async ValueTask InitializeAsync()
    {
        _server = await ScriptedBackend.StartAsync(async http =>
        {
            await _gate;
            http.Response.StatusCode = _isBroken ? 503 : 200;
            await http.Response.WriteAsync(_isBroken ? "{}" : string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"access_token":"{{++_issued}}","expires_in":{{_life}}}"""));
        });
        var grant = new ClientCredentialsGrant(
            _server.Url, "c", "s", ClientAuthentication.Post, null, null, null, TimeSpan.FromSeconds(10));
        _token = new SharedToken(grant, _endpoint, _clock, _log);
    }

    public async ValueTask DisposeAsync()
    {
        _endpoint.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task One_fetch_serves_all_that_wait_for_it()
    {
        var gate = new TaskCompletionSource();
        _gate = gate.Task;
        var waiting = Enumerable.Range(0, 50).Select(_ => GetAsync()).ToList();
        gate.SetResult();

        Assert.All(await Task.WhenAll(waiting), token => Assert.Equal("Bearer 1", token));
        Assert.Equal("Bearer 1", await GetAsync());
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task It_is_renewed_before_its_end_and_no_call_waits_for_that()
    {
        Assert.Equal("Bearer 1", await GetAsync());
        _clock.Advance(TimeSpan.FromSeconds(3539));
        Assert.Equal("Bearer 1", await GetAsync());
        Assert.Single(_server.Requests);
        var gate = new TaskCompletionSource();
        _gate = gate.Task;

        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("Bearer 1", await GetAsync());
        Assert.Equal("Bearer 1", await GetAsync());
        gate.SetResult();
        await Eventually.HoldsAsync(async () => await GetAsync() == "Bearer 2");
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task What_has_ended_is_presented_to_nobody()
    {
        await GetAsync();
        _isBroken = true;

        _clock.Advance(TimeSpan.FromSeconds(3594));
        Assert.Equal("Bearer 1", await GetAsync());
        await Eventually.HoldsAsync(() => Task.FromResult(_log.WithId(8020).Count == 1));
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Null(await GetAsync());
    }

    [Theory]
    [InlineData("\"60\"", 47, 2)]
    [InlineData("60", 49, 12)]
    [InlineData("null", 239, 62)]
    [InlineData("-5", 0, 1)]
    public async Task Its_life_is_what_the_endpoint_says(string life, int goodSeconds, int laterSeconds)
    {
        _life = life;
        await GetAsync();

        _clock.Advance(TimeSpan.FromSeconds(goodSeconds));
        await GetAsync();
        Assert.Single(_server.Requests);
        _clock.Advance(TimeSpan.FromSeconds(laterSeconds));
        await GetAsync();

        await Eventually.HoldsAsync(() => Task.FromResult(_server.Requests.Count == 2));
    }

    [Fact]
    public async Task A_broken_endpoint_is_asked_once_a_second_and_heard_when_it_is_well()
    {
        _isBroken = true;
        Assert.Null(await GetAsync());
        Assert.Null(await GetAsync());
        Assert.Single(_server.Requests);
        Assert.Equal(
            $"No token for a backend could be had for c at {_server.Url}: it answered 503. Calls that need one are "
                + "refused; the next asks again.",
            Assert.Single(_log.WithId(8020)).Text);
        _isBroken = false;

        _clock.Advance(SharedToken.RetryGap);

        Assert.Equal("Bearer 1", await GetAsync());
    }

    [Fact]
    public async Task A_fetch_ends_with_its_time_and_a_call_with_its_own()
    {
        var gate = new TaskCompletionSource();
        _gate = gate.Task;
        using var leaving = new CancellationTokenSource();
        var left = _token.GetAsync(leaving.Token).AsTask();
        var stayed = GetAsync();

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await Eventually.HoldsAsync(() => Task.FromResult(_server.Requests.Count == 1));
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Null(await stayed);
        gate.SetResult();
    }

    [Fact]
    public async Task A_token_that_the_backend_refuses_is_replaced_but_a_new_one_is_not()
    {
        Assert.Equal("Bearer 1", await GetAsync());
        _token.Reject();
        Assert.Equal("Bearer 1", await GetAsync());

        _clock.Advance(SharedToken.RejectGap);
        _token.Reject();

        Assert.Equal("Bearer 2", await GetAsync());
    }

    private async Task<string?> GetAsync() =>
        (await _token.GetAsync(TestContext.Current.CancellationToken))?.HeaderValue;
}
