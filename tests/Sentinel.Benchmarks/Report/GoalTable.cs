using System.Globalization;
using System.Text.Json;

namespace Sentinel.Benchmarks.Report;

/// <summary>What was measured of a goal.</summary>
/// <param name="Value">In the goal's unit.</param>
/// <param name="Note">What else there is to say; may be empty.</param>
/// <param name="Command">What measures it again.</param>
/// <param name="Date">When it was.</param>
internal sealed record Measured(double Value, string Note, string Command, string Date);

/// <summary>Every goal beside the latest measurement, which a file keeps from one run to the next.</summary>
internal static class GoalTable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 2 };

    public static string Write(IReadOnlyDictionary<string, Measured> measured)
    {
        var table = new MarkdownTable("what", "goal", "measured", "reached?", "measured by", "on");
        foreach (var goal in Goal.All)
        {
            if (measured.TryGetValue(goal.Id, out var own))
            {
                var value = string.Create(CultureInfo.InvariantCulture, $"{own.Value:0.##}{goal.Unit}");
                table.Add(
                    goal.What,
                    goal.LimitText,
                    own.Note.Length == 0 ? value : $"{value} ({own.Note})",
                    goal.Reached(own.Value),
                    $"`{own.Command}`",
                    own.Date);
            }
            else
            {
                table.Add(goal.What, goal.LimitText, "not measured", "–", "", "");
            }
        }

        return table.ToString();
    }

    public static SortedDictionary<string, Measured> Read(string json)
    {
        var measured = JsonSerializer.Deserialize<SortedDictionary<string, Measured>>(json)!;
        var unknown = measured.Keys.Except(Goal.All.Select(goal => goal.Id), StringComparer.Ordinal).FirstOrDefault();
        return unknown is null ? measured : throw new FormatException($"There is no goal '{unknown}'.");
    }

    public static string ToJson(SortedDictionary<string, Measured> measured) =>
        JsonSerializer.Serialize(measured, Indented) + "\n";
}
