using System.Globalization;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>The short form of the benchmarks' <c>soak</c>.</summary>
[Collection(nameof(HeavyLoad))]
public sealed class SoakTests
{
    private const int WarmUpRounds = 3;
    private const int Rounds = 6;
    private const int ClientsOfEachKind = 40;

    // Connections to the backend that wait for use again: far fewer than one kind of client would leave in a round.
    private const int Slack = 20;

    [Fact]
    public async Task Clients_that_begin_and_do_not_end_leave_nothing_behind()
    {
        await using var soak = await SoakRun.StartAsync();
        var rounds = new List<SoakRound>();
        for (var i = 0; i < WarmUpRounds + Rounds; i++)
        {
            rounds.Add(await soak.RoundAsync(ClientsOfEachKind));
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rounds[^1]}"));
        }

        // The measure sees what is held: a socket for each client, and one to the backend for the two kinds that got
        // there and do not read.
        Assert.All(rounds, round => Assert.Equal(ClientsOfEachKind, round.StreamsHeld));
        Assert.All(rounds, round => Assert.True(
            round.SocketsHeld >= round.Held + (2 * ClientsOfEachKind) && round.SocketsAfter < ClientsOfEachKind,
            $"{round}"));

        var (first, last) = (rounds[WarmUpRounds - 1], rounds[^1]);
        Assert.True(last.SocketsAfter < first.SocketsAfter + Slack, $"Sockets: from {first} to {last}.");
        Assert.True(last.HandlesAfter < first.HandlesAfter + Slack, $"Handles: from {first} to {last}.");
        Assert.True(last.RssAfterBytes < 1.25 * first.RssAfterBytes, $"Memory: from {first} to {last}.");
    }
}
