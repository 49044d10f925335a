using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Messages that do not come on the way to the answer of a call.</summary>
public sealed class OfficialClientStreamTests(Servers servers)
{
    [Theory]
    [MemberData(nameof(ClientWays.WithSessions), MemberType = typeof(ClientWays))]
    public async Task Hears_what_a_server_says_by_itself(Era era, Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, answers, route);

        // The server does not keep what it says before the client has opened its stream.
        await Eventually.HoldsAsync(async () =>
        {
            Assert.Equal("Announced.", await client.TextAsync("announce", new() { ["text"] = "Hört, hört" }));
            return !client.Host.Announcements.IsEmpty;
        });

        Assert.All(client.Host.Announcements, said => Assert.Equal("Hört, hört", said));
    }

    [Theory]
    [InlineData(Route.Direct)]
    [InlineData(Route.Gateway)]
    public async Task Comes_back_for_the_answer_after_the_server_has_hung_up(Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, Era.Legacy, Answers.Sse, route);

        var answer = await client.TextAsync("poll", new() { ["text"] = "Fertig" });

        Assert.Equal("Fertig, polled", answer);
        Assert.Equal(["poll started", "poll ok"], await client.OutcomesAsync());
        var resumptions = (await client.RequestsAsync()).Where(request => request.Header("Last-Event-ID") is not null);
        Assert.NotEmpty(resumptions);
        Assert.All(resumptions, request => Assert.Equal("GET", request.Method));
    }

    [Theory]
    [InlineData(Era.Modern, Answers.Sse, Route.Gateway)]
    [InlineData(Era.Detected, Answers.Sse, Route.Gateway)]
    [InlineData(Era.Legacy, Answers.Json, Route.Gateway)]
    public async Task Needs_not_come_back_where_answers_cannot_be_resumed(Era era, Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, answers, route);

        Assert.Equal("Fertig", await client.TextAsync("poll", new() { ["text"] = "Fertig" }));
        Assert.DoesNotContain(await client.RequestsAsync(), request => request.Header("Last-Event-ID") is not null);
    }

    [Theory]
    [InlineData(Route.Direct)]
    [InlineData(Route.Gateway)]
    public async Task Gets_the_answers_of_many_calls_that_hang_up(Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, Era.Legacy, Answers.Sse, route);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => client.TextAsync("poll", new() { ["text"] = $"{i}" }))
        );

        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"{i}, polled"), answers);
    }
}
