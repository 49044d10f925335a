using System.Globalization;
using Sentinel.Benchmarks.Report;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Soak;

/// <summary>What clients that begin and do not end leave behind in a gateway, over many rounds of them.</summary>
internal static class SoakBenchmark
{
    private const int WarmUpRounds = 5;
    private const double Megabyte = 1024 * 1024;

    // Connections to the backend that wait for use again come and go.
    private const int SocketsSlack = 20;

    /// <returns>0 if memory stayed flat and sockets were returned, 1 if not.</returns>
    public static async Task<int> RunAsync(SoakOptions options)
    {
        await Console.Out.WriteLineAsync(
            $"{Machine.Describe()}\n\n{options.Clients} clients of each kind a round, {options.Hold.TotalSeconds} s held\n\n"
            + "| round | clients held | sockets held | RSS held | sockets after | RSS after | handles after |\n"
            + "|---|---|---|---|---|---|---|");
        await using var soak = await SoakRun.StartAsync();
        var rounds = new List<SoakRound>();
        for (var i = -WarmUpRounds; i < options.Rounds; i++)
        {
            var round = await soak.RoundAsync(options.Clients, options.Hold);
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"| {i + 1} | {round.Held} | {round.SocketsHeld} | {round.RssHeldBytes / Megabyte:F1} MB "
                + $"| {round.SocketsAfter} | {round.RssAfterBytes / Megabyte:F1} MB | {round.HandlesAfter} |"));
            if (i >= 0)
            {
                rounds.Add(round);
            }
        }

        var third = Math.Max(1, rounds.Count / 3);
        var (first, last) = (rounds[..third], rounds[^third..]);
        var growth = Median(last, round => round.RssAfterBytes) / Median(first, round => round.RssAfterBytes);
        var sockets = Median(last, round => round.SocketsAfter) - Median(first, round => round.SocketsAfter);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"\nLast third against first: RSS × {growth:F3}, sockets {sockets:+0;-0;0}"));
        return growth < 1.1 && sockets < SocketsSlack ? 0 : 1;
    }

    private static double Median(List<SoakRound> rounds, Func<SoakRound, double> value) =>
        rounds.Select(value).Order().ElementAt(rounds.Count / 2);
}
