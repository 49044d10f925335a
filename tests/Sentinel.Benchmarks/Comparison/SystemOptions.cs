using System.Globalization;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>What the command line asks for.</summary>
/// <param name="Lineup">Who is compared.</param>
/// <param name="Only">Those of them that take part; empty: all.</param>
/// <param name="Rounds">Rounds of the main shape and of fixed rates; the other shapes have half as many.</param>
/// <param name="Seconds">How long a round is.</param>
/// <param name="Rates">Calls a second of the fixed rates.</param>
/// <param name="HasOthers">Whether the other shapes are measured.</param>
/// <param name="Speed">1; below, warming up is cut short.</param>
/// <param name="Writes">Whether the results go into docs/performance.md.</param>
internal sealed record SystemOptions(
    Lineup Lineup,
    IReadOnlyList<string> Only,
    int Rounds,
    double Seconds,
    IReadOnlyList<int> Rates,
    bool HasOthers,
    double Speed,
    bool Writes)
{
    public static SystemOptions Default { get; } =
        new(Lineup.System, [], Rounds: 9, Seconds: 1.5, Rates: [1000, 3000], HasOthers: true, Speed: 1, Writes: false);

    public int OtherRounds => (Rounds + 1) / 2;

    /// <exception cref="FormatException">An option that there is not.</exception>
    public static SystemOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = Default;
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--write" => options with { Writes = true },
                "--quick" => options with { Rounds = 3, Seconds = 0.5, Speed = 0.5 },
                "--rounds" => options with { Rounds = int.Parse(Value(arguments, ++i), CultureInfo.InvariantCulture) },
                "--seconds" => options with
                {
                    Seconds = double.Parse(Value(arguments, ++i), CultureInfo.InvariantCulture),
                },
                "--only" => options with { Only = Value(arguments, ++i).Split(',') },
                "--rates" => options with { Rates = Numbers(Value(arguments, ++i)) },
                "--main" => options with { HasOthers = false },
                "--lineup" => options with { Lineup = Of(Value(arguments, ++i)), HasOthers = false },
                var other => throw new FormatException($"'{other}' is no option of system."),
            };
        }

        return options is { Writes: true } && options.Lineup != Lineup.System
            ? throw new FormatException("--write is for the line-up 'system'.")
            : options;
    }

    private static string Value(ReadOnlySpan<string> arguments, int at) => at < arguments.Length
        ? arguments[at]
        : throw new FormatException($"'{arguments[at - 1]}' needs a value.");

    private static int[] Numbers(string list) =>
        [.. list.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];

    private static Lineup Of(string name) => name switch
    {
        "system" => Lineup.System,
        "callers" => Lineup.Callers,
        "guarantees" => Lineup.Guarantees,
        _ => throw new FormatException($"There is no line-up '{name}': system, callers, guarantees."),
    };
}
