using System.Globalization;

namespace Sentinel.Benchmarks.Soak;

/// <summary>How long and how hard.</summary>
/// <param name="Rounds">Rounds that are compared; warm-up comes on top.</param>
/// <param name="Clients">Clients of each kind in a round.</param>
/// <param name="Hold">How long they hold on once all are there.</param>
internal sealed record SoakOptions(int Rounds, int Clients, TimeSpan Hold)
{
    /// <exception cref="FormatException">An argument is none of them.</exception>
    public static SoakOptions Parse(string[] arguments)
    {
        var options = new SoakOptions(Rounds: 60, Clients: 100, Hold: TimeSpan.FromSeconds(3));
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length
                ? int.Parse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture)
                : throw new FormatException($"{arguments[i]} lacks its number.");
            options = arguments[i] switch
            {
                "--rounds" => options with { Rounds = value },
                "--clients" => options with { Clients = value },
                "--hold" => options with { Hold = TimeSpan.FromSeconds(value) },
                _ => throw new FormatException($"{arguments[i]} is none of --rounds, --clients, --hold."),
            };
        }

        return options;
    }
}
