using System.Globalization;
using Sentinel.Gateway.Authentication;
using Sentinel.Tests.Shared.Identity;
using Xunit;

namespace Sentinel.Gateway.Tests.Authentication;

/// <summary>Measures the whole heap, so that nothing else may run.</summary>
[CollectionDefinition(nameof(TokenMemoryTests), DisableParallelization = true)]
[Collection(nameof(TokenMemoryTests))]
public sealed class TokenMemoryTests
{
    private const string TokensVariable = "SENTINEL_TOKENS";

    /// <remarks>SENTINEL_TOKENS=1000000 asks for more.</remarks>
    [Fact]
    public async Task Memory_is_flat_over_tokens_that_are_all_different()
    {
        var count = int.Parse(
            Environment.GetEnvironmentVariable(TokensVariable) ?? "100000", CultureInfo.InvariantCulture);
        await using var bench = await TokenBench.StartAsync(TestKey.Ecdsa());
        const int Filling = TokenCallers.CachedMax + 10_000;
        await ValidateManyAsync(bench, 0, Filling);
        var full = HeapBytes();

        await ValidateManyAsync(bench, Filling, count);

        // A remembered token takes several hundred bytes.
        var perToken = (HeapBytes() - full) / (double)(count - Filling);
        Assert.InRange(bench.Tokens.Cached, 1, TokenCallers.CachedMax);
        Assert.True(perToken < 100, $"The heap grew by {perToken:F0} bytes for each token after the cache was full.");
    }

    private static async Task ValidateManyAsync(TokenBench bench, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            var verdict = await bench.ValidateAsync(bench.Token($"subject-{i}"));
            Assert.Null(verdict.Failure);
        }
    }

    private static long HeapBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
