using System.Globalization;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp.Fuzzing;

/// <summary>
/// A body that the strict reader accepts means the same method and tool to every lenient reader, and no body makes a
/// reader throw. <c>SENTINEL_FUZZ_MINUTES=30 dotnet test --filter MutatedBodyTests</c> looks for longer, with seeds of
/// its own.
/// </summary>
public sealed class MutatedBodyTests
{
    private const int Rounds = 15_000;

    private static readonly string? Minutes = Environment.GetEnvironmentVariable("SENTINEL_FUZZ_MINUTES");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Mutated_bodies_are_refused_or_mean_the_same_to_every_reader(int seed)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        var run = new FuzzRun(Minutes is null ? seed : Random.Shared.Next());
        while (IsWithin(run.Rounds, TimeProvider.System.GetElapsedTime(startedAt)))
        {
            if (run.Next() is { } fault)
            {
                Assert.Fail(fault);
            }
        }

        var account = $"{run.Rounds} rounds, {run.Accepted} requests accepted, {run.Found} responses found";
        TestContext.Current.TestOutputHelper?.WriteLine(account);
        Assert.True(run.Accepted > 200 && run.Found > 200, account);
    }

    private static bool IsWithin(int rounds, TimeSpan elapsed) => Minutes is null
        ? rounds < Rounds
        : elapsed < TimeSpan.FromMinutes(double.Parse(Minutes, CultureInfo.InvariantCulture));
}
