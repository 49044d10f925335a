using System.Globalization;

namespace Sentinel.Benchmarks.Copy;

/// <summary>What the command line asks for.</summary>
/// <param name="Rows">Rows of each round, in thousands of whole batches.</param>
/// <param name="Rounds">Rounds that count, after one that does not.</param>
/// <param name="IsFlatness">Instead: one table that grows, and the rate of each tenth.</param>
/// <param name="BatchRows">Rows of each of the store's transactions.</param>
/// <param name="Fsync">Whether the server waits for its disk.</param>
internal sealed record CopyOptions(int Rows, int Rounds, bool IsFlatness, int BatchRows, bool Fsync)
{
    public static CopyOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new CopyOptions(Rows: 200_000, Rounds: 5, IsFlatness: false, CopyRows.BatchRows, Fsync: true);
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--rows" => options with { Rows = Number(arguments[++i]) },
                "--rounds" => options with { Rounds = Number(arguments[++i]) },
                "--batch" => options with { BatchRows = Number(arguments[++i]) },
                "--fsync" => options with { Fsync = arguments[++i] != "off" },
                "--flat" => options with { Rows = Number(arguments[++i]), IsFlatness = true },
                var other => throw new ArgumentException($"'{other}' is no option of copy.", nameof(arguments)),
            };
        }

        return options with { Rows = Math.Max(1, options.Rows / options.BatchRows) * options.BatchRows };
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
