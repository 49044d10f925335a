using System.Globalization;

namespace Sentinel.Benchmarks.Growth;

/// <summary>What the command line asks for.</summary>
/// <param name="Only">The tables; empty: all.</param>
/// <param name="Rounds">Rounds of each size.</param>
/// <param name="Seconds">How long a round is.</param>
/// <param name="Speed">1; below, warming up is cut short.</param>
/// <param name="Largest">Sizes beyond this are left out.</param>
/// <param name="Writes">Whether the results go into docs/performance.md.</param>
internal sealed record GrowthOptions(
    IReadOnlyList<string> Only,
    int Rounds,
    double Seconds,
    double Speed,
    int Largest,
    bool Writes)
{
    public TimeSpan Duration => TimeSpan.FromSeconds(Seconds);

    /// <exception cref="FormatException">An option that there is not.</exception>
    public static GrowthOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new GrowthOptions([], Rounds: 5, Seconds: 1.5, Speed: 1, Largest: 10_000, Writes: false);
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--write" => options with { Writes = true },
                "--quick" => options with { Rounds = 2, Seconds = 0.3, Speed = 0.3, Largest = 1000 },
                "--rounds" => options with { Rounds = int.Parse(arguments[++i], CultureInfo.InvariantCulture) },
                "--seconds" => options with { Seconds = double.Parse(arguments[++i], CultureInfo.InvariantCulture) },
                "--only" => options with { Only = arguments[++i].Split(',') },
                var other => throw new FormatException($"'{other}' is no option of growth."),
            };
        }

        return options;
    }

    /// <summary>The numbers 10, 100 … up to the largest.</summary>
    public IEnumerable<int> Sizes(int from = 10)
    {
        for (var size = from; size <= Largest; size *= 10)
        {
            yield return size;
        }
    }
}
