using System.Globalization;

namespace Sentinel.Benchmarks.Calls;

/// <summary>How long and what.</summary>
internal sealed record CallsOptions(int Rounds, double Seconds, IReadOnlyList<string> Steps)
{
    private static readonly string[] Known =
        ["off", "postgres", "sqlite", "durable", "strict", GuaranteesStep.Name, CredentialsStep.Name];

    /// <exception cref="FormatException">An option, or a step, that there is not.</exception>
    public static CallsOptions Parse(string[] args)
    {
        var options = new CallsOptions(9, 1.5, ["off", "postgres", "sqlite", CredentialsStep.Name]);
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            var value = args[i + 1];
            options = args[i] switch
            {
                "--rounds" => options with { Rounds = int.Parse(value, CultureInfo.InvariantCulture) },
                "--seconds" => options with { Seconds = double.Parse(value, CultureInfo.InvariantCulture) },
                "--steps" => options with { Steps = value.Split(',') },
                _ => throw new FormatException($"Unknown option {args[i]}."),
            };
        }

        return options.Steps.Except(Known).FirstOrDefault() is { } unknown
            ? throw new FormatException($"There is no step '{unknown}': {string.Join(", ", Known)}.")
            : options;
    }
}
