using System.Globalization;

namespace Sentinel.Benchmarks.Copy;

/// <summary>What the command line asks for.</summary>
/// <param name="Rows">Rows of each round, in thousands of whole batches.</param>
/// <param name="Rounds">Rounds that count, after one that does not.</param>
/// <param name="IsFlatness">Instead: one table that grows, and the rate of each tenth.</param>
internal sealed record CopyOptions(int Rows, int Rounds, bool IsFlatness)
{
    public static CopyOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new CopyOptions(Rows: 200_000, Rounds: 5, IsFlatness: false);
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--rows" => options with { Rows = Number(arguments[++i]) },
                "--rounds" => options with { Rounds = Number(arguments[++i]) },
                "--flat" => options with { Rows = Number(arguments[++i]), IsFlatness = true },
                var other => throw new ArgumentException($"'{other}' is no option of copy.", nameof(arguments)),
            };
        }

        return options with { Rows = Math.Max(1, options.Rows / CopyRows.BatchRows) * CopyRows.BatchRows };
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
