using System.Globalization;
using Sentinel.Benchmarks.Load;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>Drives contenders in neighbouring rounds whose order rotates.</summary>
internal static class RotatingRounds
{
    private static readonly TimeSpan WarmUpRound = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShapeWarmUpRound = TimeSpan.FromSeconds(0.5);
    private const int WarmUpRoundsMax = 12;

    /// <summary>Compiles what is compiled while it runs.</summary>
    public static async Task WarmUpAsync(IEnumerable<Contender> contenders, Shape shape, double speed = 1)
    {
        foreach (var contender in contenders)
        {
            await Round.WarmUpAsync(contender, shape, WarmUpRound * speed, speed < 1 ? 4 : WarmUpRoundsMax);
        }
    }

    /// <summary>Measures one shape.</summary>
    /// <param name="contenders">In any order.</param>
    /// <param name="shape">What the load does.</param>
    /// <param name="rounds">How many rounds each has.</param>
    /// <param name="duration">How long each is.</param>
    public static async Task<ShapeResult> MeasureAsync(
        IReadOnlyList<Contender> contenders,
        Shape shape,
        int rounds,
        TimeSpan duration)
    {
        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{shape.Name}: {contenders.Count} × {rounds} rounds of {duration.TotalSeconds} s"));
        foreach (var contender in contenders)
        {
            // What this shape alone meets is compiled here.
            await Round.MeasureAsync(contender, shape, duration < ShapeWarmUpRound ? duration : ShapeWarmUpRound);
        }

        var measured = contenders.ToDictionary(
            contender => contender.Name, _ => new List<Round>(), StringComparer.Ordinal);
        for (var round = 0; round < rounds; round++)
        {
            // Each has each place in the order equally often.
            for (var i = 0; i < contenders.Count; i++)
            {
                var contender = contenders[(round + i) % contenders.Count];
                measured[contender.Name].Add(await Round.MeasureAsync(contender, shape, duration));
            }
        }

        return new ShapeResult(shape, measured);
    }

    /// <summary>Checks that every call of everybody who records has its row, or was counted as dropped.</summary>
    public static async Task<Dictionary<string, (long Calls, long Dropped)>> SettleAsync(
        IEnumerable<Contender> contenders)
    {
        var recorded = new Dictionary<string, (long Calls, long Dropped)>(StringComparer.Ordinal);
        foreach (var contender in contenders.Where(contender => contender.Audit is not null))
        {
            recorded[contender.Name] = (contender.Calls, await contender.Audit!.SettleAsync(contender.Calls));
        }

        return recorded;
    }
}
