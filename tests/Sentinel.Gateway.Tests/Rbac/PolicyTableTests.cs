using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Sentinel.Gateway.Rbac;
using Sentinel.Gateway.Tests.Configuration;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Rbac;

/// <summary>Holds a table of uses against one policy, as a person would read them side by side.</summary>
/// <remarks>
/// The policy and the uses are files beside this one. A target is spelled with escapes (\u0000), so that what cannot
/// be seen can be read; a lone minus stands for no arguments.
/// </remarks>
public sealed class PolicyTableTests
{
    [Fact]
    public async Task Every_use_is_decided_as_the_table_says()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var rbac = await File.ReadAllTextAsync(Beside("PolicyTable.policy.json"), cancellation);
        var snapshot = await Reading.ReadValidAsync(Reading.OpenFile($"\"Rbac\": {rbac}"));
        var policy = AccessPolicy.Compile(snapshot.Sentinel.Rbac);
        var table = new StringBuilder();
        var decided = 0;
        foreach (var line in await File.ReadAllLinesAsync(Beside("PolicyTable.uses.txt"), cancellation))
        {
            var isUse = line.Length > 0 && line[0] != '#';
            decided += isUse ? 1 : 0;
            table.Append(isUse ? $"{line} => {Spell(Decide(policy, line))}" : line).Append('\n');
        }

        Assert.True(decided >= 200, $"only {decided} uses");
        Snapshot.Match(table.ToString());
    }

    private static Decision Decide(AccessPolicy policy, string line)
    {
        var columns = line.Split(" | ", 4);
        var target = Regex.Unescape(columns[2]);
        var slash = target.IndexOf('/', StringComparison.Ordinal);
        return policy.Decide(
            columns[0] == "-" ? [] : columns[0].Split(','),
            target[..slash],
            Enum.Parse<TargetKind>(columns[1], ignoreCase: true),
            target[(slash + 1)..],
            columns[3] == "-" ? default : Encoding.UTF8.GetBytes(columns[3]));
    }

    private static string Spell(Decision decision)
    {
        var verdict = decision.IsAllowed ? "allowed" : $"denied ({decision.Reason})";
        var trial = decision.WouldRefuse is { } refusal ? $", on trial {By(refusal)}" : "";
        return $"{verdict} by {By(decision)}{trial}";
    }

    private static string By(Decision decision) =>
        decision.Path?.Replace("$.Sentinel.Rbac.", "", StringComparison.Ordinal) ?? decision.Rule;

    private static string Beside(string name, [CallerFilePath] string file = "") =>
        Path.Combine(Path.GetDirectoryName(file)!, name);
}
