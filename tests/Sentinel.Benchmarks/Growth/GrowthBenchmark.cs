using System.Text;
using Sentinel.Benchmarks.Comparison;
using Sentinel.Benchmarks.Report;

namespace Sentinel.Benchmarks.Growth;

/// <summary>How the cost of a call, and memory, grow with what there is much of.</summary>
internal static class GrowthBenchmark
{
    private static readonly (string Name, Func<Field, GrowthOptions, Task<GrowthTable>> RunAsync)[] Tables =
    [
        ("routes", PolicyGrowth.RoutesAsync),
        ("roles", PolicyGrowth.RolesAsync),
        ("rules", PolicyGrowth.RulesAsync),
        ("streams", StreamsGrowth.RunAsync),
        ("requests", SizesGrowth.RequestsAsync),
        ("answers", SizesGrowth.AnswersAsync),
    ];

    public static async Task<int> RunAsync(GrowthOptions options, string command)
    {
        if (options.Only.Except(Tables.Select(table => table.Name)).FirstOrDefault() is { } unknown)
        {
            var known = string.Join(", ", Tables.Select(table => table.Name));
            throw new FormatException($"There is no '{unknown}': {known}.");
        }

        var machine = Machine.Describe();
        await Console.Out.WriteLineAsync($"{machine}\n");
        var text = new StringBuilder();
        var measured = new Dictionary<string, (double Value, string Note)>(StringComparer.Ordinal);
        foreach (var (name, runAsync) in Tables.Where(table => IsWanted(table.Name)))
        {
            await Console.Error.WriteLineAsync($"Growth with {name}");
            await using var field = await Field.StartAsync();
            var table = await runAsync(field, options);
            await RotatingRounds.SettleAsync(field.Contenders);
            await Console.Out.WriteLineAsync(table.Text);
            text.Append(table.Text).Append('\n');
            if (table.Goal is { } goal)
            {
                measured[goal.Id] = (goal.Value, goal.Note);
            }
        }

        if (options.Writes)
        {
            await new PerformancePage(machine, command).WriteGrowthAsync(text.ToString(), measured);
        }

        return 0;

        bool IsWanted(string name) => options.Only.Count == 0 || options.Only.Contains(name);
    }
}
