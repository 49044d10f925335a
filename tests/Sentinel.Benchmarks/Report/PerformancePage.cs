using Sentinel.Benchmarks.Comparison;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Report;

/// <summary>docs/performance.md and what lies beside it.</summary>
internal sealed class PerformancePage(string machine, string command)
{
    private static string Page => Artifacts.Source("docs/performance.md");

    private static string Folder => Directory.CreateDirectory(Artifacts.Source("docs/performance")).FullName;

    private string Head =>
        $"{Machine.Today}: {machine}.\n{Machine.Versions()}.\n\n```sh\n{command}\n```\n\n";

    public async Task WriteSystemAsync(ComparisonResult results, string tables)
    {
        var raw = $"raw-{Machine.Today}.json";
        await File.WriteAllTextAsync(
            Path.Combine(Folder, raw), RawResults.Write(results, machine, Machine.Versions(), command));
        await File.WriteAllTextAsync(Path.Combine(Folder, "system.svg"), Chart(results));
        await ReplaceAsync(
            "system",
            $"{Head}![CPU per call](performance/system.svg)\n\n{tables}\nEvery round: [{raw}](performance/{raw}).");
        await RememberAsync(SystemGoals.Of(results), command);
    }

    public async Task WriteGrowthAsync(string tables, IReadOnlyDictionary<string, (double Value, string Note)> measured)
    {
        await ReplaceAsync("growth", Head + tables);
        await RememberAsync(measured, command);
    }

    private static string Chart(ComparisonResult results)
    {
        var shape = results.Shapes[0];
        var bars = results.Names.Where(shape.Has).Select(Bar);
        return BarChart.Write("CPU per call, 32 clients, 600 bytes", "user", "system", [.. bars]);

        // A bar is as long as the median of the whole, which the medians of its parts need not add up to.
        Bar Bar(string name)
        {
            var (cpu, user) = (shape.Median(name, round => round.CpuUs), shape.Median(name, round => round.UserUs));
            var first = cpu * user / (user + shape.Median(name, round => round.SystemUs));
            var ratio = shape.Ratios(name, results.Baseline, round => round.CpuUs).Median;
            return new Bar(name, first, cpu - first, FormattableString.Invariant($"{cpu:F0} µs, {ratio:F2} ×"));
        }
    }

    private static async Task RememberAsync(
        IReadOnlyDictionary<string, (double Value, string Note)> measured,
        string command)
    {
        var path = Path.Combine(Folder, "measured.json");
        var all = GoalTable.Read(await File.ReadAllTextAsync(path));
        foreach (var (goal, (value, note)) in measured)
        {
            var verb = command[(command.LastIndexOf("-- ", StringComparison.Ordinal) + 3)..];
            all[goal] = new Measured(Math.Round(value, 3), note, verb, Machine.Today);
        }

        await File.WriteAllTextAsync(path, GoalTable.ToJson(all));
        await ReplaceAsync("goals", GoalTable.Write(all));
    }

    private static async Task ReplaceAsync(string section, string text) => await File.WriteAllTextAsync(
        Page, MarkedSection.Replace(await File.ReadAllTextAsync(Page), section, text));
}
