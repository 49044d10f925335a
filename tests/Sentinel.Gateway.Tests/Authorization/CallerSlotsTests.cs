using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Gateway.Authorization;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Xunit;

namespace Sentinel.Gateway.Tests.Authorization;

public sealed class CallerSlotsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly RunningExchanges _running = new();
    private readonly CallerSlots _slots;

    public CallerSlotsTests() => _slots = Slots.Of(_services.GetRequiredService<IMeterFactory>(), _running);

    public void Dispose() => _services.Dispose();

    [Fact]
    public void A_caller_is_told_from_another_by_issuer_and_subject()
    {
        var limits = new LimitsOptions { ConcurrentRequests = 1 };
        Assert.Null(_slots.Take(Exchange("a"), limits));

        Assert.Equal("concurrency_limited", _slots.Take(Exchange("a"), limits)?.Reason);
        Assert.Null(_slots.Take(Exchange("a", issuer: "https://idp.example.com"), limits));
        Assert.Null(_slots.Take(Exchange("b"), limits));
        Assert.Null(_slots.Take(Exchange(null), limits));
        Assert.Equal("concurrency_limited", _slots.Take(Exchange(null), limits)?.Reason);
    }

    [Fact]
    public void Callers_with_nothing_under_way_are_not_kept()
    {
        var limits = new LimitsOptions { ConcurrentRequests = 1, ConcurrentStreams = 1 };
        var exchanges = Enumerable.Range(0, 100).Select(i => Exchange($"caller {i}", isStream: i % 2 == 0)).ToList();
        exchanges.ForEach(exchange => Assert.Null(_slots.Take(exchange, limits)));
        Assert.Equal(100, _slots.Callers);

        foreach (var exchange in exchanges)
        {
            // However often: what it holds goes once.
            _slots.Release(exchange);
            _slots.Release(exchange);
        }

        Assert.Equal(0, _slots.Callers);
    }

    [Fact]
    public void Who_was_refused_gives_nothing_back()
    {
        var limits = new LimitsOptions { ConcurrentRequests = 1 };
        Assert.Null(_slots.Take(Exchange("a"), limits));
        var refused = Exchange("a");
        Assert.NotNull(_slots.Take(refused, limits));

        _slots.Release(refused);

        Assert.NotNull(_slots.Take(Exchange("a"), limits));
    }

    [Fact]
    public void A_subscription_that_is_refused_in_all_goes_as_what_it_was_counted_as()
    {
        var limits = new LimitsOptions
        {
            ConcurrentStreams = 5,
            Total = new TotalLimitsOptions { Streams = 1 },
        };
        var (first, second) = (Exchange("a"), Exchange("a"));
        Assert.Null(_slots.Take(first, limits));
        Assert.Null(_slots.Take(second, limits));
        Assert.Null(_slots.TakeAsStream(first, limits));
        Assert.Null(_slots.TakeAsStream(first, limits));

        Assert.Equal(Refusal.Overloaded, _slots.TakeAsStream(second, limits));

        _slots.Release(first);
        _slots.Release(second);
        Assert.Equal(0, _slots.Callers);
        Assert.Equal((1, 1), (_running.Requests, _running.Streams));
    }

    private McpExchange Exchange(string? subject, string? issuer = null, bool isStream = false)
    {
        var exchange = new McpExchange(TimeProvider.System)
        {
            Caller = subject is null ? null : new Caller(subject, []) { Issuer = issuer },
        };
        Assert.True(_running.TryEnter(exchange, new DefaultHttpContext(), isStream, max: null));
        return exchange;
    }
}
