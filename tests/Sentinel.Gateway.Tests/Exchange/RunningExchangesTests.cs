using Microsoft.AspNetCore.Http;
using Sentinel.Gateway.Exchange;
using Xunit;

namespace Sentinel.Gateway.Tests.Exchange;

public sealed class RunningExchangesTests
{
    private readonly RunningExchanges _running = new();

    [Theory]
    [InlineData("012")]
    [InlineData("021")]
    [InlineData("102")]
    [InlineData("120")]
    [InlineData("201")]
    [InlineData("210")]
    public void Those_that_leave_in_any_order_are_gone_and_the_others_stay(string order)
    {
        McpExchange[] exchanges = [Enter(), Enter(isStream: true), Enter()];
        var left = exchanges.ToHashSet();
        foreach (var index in order.Select(c => c - '0'))
        {
            _running.Leave(exchanges[index]);
            left.Remove(exchanges[index]);

            Assert.Equal(left, Visited().ToHashSet());
            Assert.Equal(
                (left.Count(e => !e.IsStream), left.Count(e => e.IsStream)), (_running.Requests, _running.Streams));
        }
    }

    [Fact]
    public void Each_kind_has_room_of_its_own()
    {
        Assert.NotNull(Enter(max: 1));
        Assert.False(TryEnter(isStream: false, max: 1));
        Assert.True(TryEnter(isStream: true, max: 1));
        Assert.False(TryEnter(isStream: true, max: 1));
        Assert.Equal(2, Visited().Count);
    }

    [Fact]
    public void A_request_that_becomes_a_stream_frees_its_room_and_takes_the_other()
    {
        var request = Enter(max: 1);

        Assert.True(_running.TryBecomeStream(request, max: 1));
        Assert.True(_running.TryBecomeStream(request, max: 1));

        Assert.Equal((0, 1), (_running.Requests, _running.Streams));
        var second = Enter(max: 1);
        Assert.False(_running.TryBecomeStream(second, max: 1));
        Assert.Equal((1, 1), (_running.Requests, _running.Streams));
        _running.Leave(request);
        _running.Leave(second);
        Assert.Equal((0, 0), (_running.Requests, _running.Streams));
        Assert.Empty(Visited());
    }

    [Fact]
    public async Task Many_at_once_leave_nothing_behind()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async worker =>
        {
            await Task.Yield();
            for (var i = 0; i < 5000; i++)
            {
                var exchange = Enter(isStream: (i + worker) % 3 == 0);
                if (i % 100 == 0)
                {
                    Assert.Contains(exchange, Visited());
                }

                _running.Leave(exchange);
            }
        }));

        Assert.Equal((0, 0), (_running.Requests, _running.Streams));
        Assert.Empty(Visited());
    }

    private McpExchange Enter(bool isStream = false, int? max = null)
    {
        var exchange = new McpExchange(TimeProvider.System);
        Assert.True(_running.TryEnter(exchange, new DefaultHttpContext(), isStream, max));
        return exchange;
    }

    private bool TryEnter(bool isStream, int max) =>
        _running.TryEnter(new McpExchange(TimeProvider.System), new DefaultHttpContext(), isStream, max);

    private List<McpExchange> Visited()
    {
        var visited = new List<McpExchange>();
        _running.Visit((exchange, _) => visited.Add(exchange));
        return visited;
    }
}
