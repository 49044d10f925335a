using System.Text.Json;
using Sentinel.Gateway.Configuration.Json;
using Sentinel.Gateway.Mcp;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Configuration;

/// <summary>Checks the objects among the rules of Rbac: what they say of arguments.</summary>
internal static class RuleChecks
{
    private const string Roles = "$.Sentinel.Rbac.Roles";

    public static void Run(RbacOptions rbac, FaultCollector faults)
    {
        foreach (var (name, role) in rbac.Roles)
        {
            var path = JsonPath.Member(Roles, name);
            if (!faults.HasWithin(path))
            {
                Check(role.Allow, $"{path}.Allow", isDeny: false, faults);
                Check(role.Deny, $"{path}.Deny", isDeny: true, faults);
            }
        }
    }

    private static void Check(IReadOnlyList<AccessRule> rules, string path, bool isDeny, FaultCollector faults)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            var place = JsonPath.Item(path, i);
            if (rule.Shadow && !isDeny && rule.Arguments.Count == 0)
            {
                faults.Add(
                    $"{place}.Shadow",
                    "without Arguments an Allow on trial would refuse nothing; write Arguments, or remove Shadow");
            }

            if (rule.Arguments.Count > 0 && rule.Tool.Kind == TargetKind.Resource)
            {
                faults.Add($"{place}.Arguments", "a resource is read without arguments; remove them");
            }

            if (rule.Arguments.Count > ArgumentTree.ConditionsMax)
            {
                faults.Add(
                    $"{place}.Arguments",
                    $"there are {rule.Arguments.Count} paths; write {ArgumentTree.ConditionsMax} at most");
            }

            var alike = new Dictionary<string, (string Path, string Argument)>(StringComparer.Ordinal);
            foreach (var (argument, condition) in rule.Arguments)
            {
                var argumentPath = JsonPath.Member($"{place}.Arguments", argument);
                if (ArgumentPath.Read(argument, out var problem) is not { } steps)
                {
                    faults.Add(argumentPath, problem);
                }
                else if (FindAlike(alike, argument, steps) is { } other)
                {
                    faults.Add(argumentPath, $"'{other}' speaks of the same argument, or of one that looks alike; "
                        + "write one of them");
                }

                Check(condition, argumentPath, isDeny, faults);
            }
        }
    }

    // Two paths that are one, or that part at keys which some server takes for one: neither would hold by itself.
    private static string? FindAlike(
        Dictionary<string, (string Path, string Argument)> seen,
        string argument,
        IReadOnlyList<string> steps)
    {
        var path = "";
        foreach (var step in steps.Append("end"))
        {
            path += $"{step}\0";
            var folded = string.Concat(path.Select(Folding.Fold));
            if (seen.TryGetValue(folded, out var other) && (other.Path != path || step == "end"))
            {
                return other.Argument;
            }

            seen.TryAdd(folded, (path, argument));
        }

        return null;
    }

    private static void Check(ArgumentRule rule, string path, bool isDeny, FaultCollector faults)
    {
        var bounds = new[] { (nameof(rule.Min), rule.Min), (nameof(rule.Max), rule.Max) };
        foreach (var (key, bound) in bounds)
        {
            if (bound is not null and not { Kind: JsonValueKind.Number })
            {
                faults.Add($"{path}.{key}", "this is no number; write one without quotes");
                return;
            }
        }

        if (rule is { Min: { } min, Max: { } max } && JsonNumber.Compare(min.Utf8, max.Utf8) > 0)
        {
            faults.Add($"{path}.Min", $"Min {min.Text} is above Max {max.Text}; nothing would match");
        }

        var says = rule.Values.Count + rule.OneOf.Count + bounds.Count(bound => bound.Item2 is not null)
            + (rule.MaxLength is null ? 0 : 1) + (rule.Regex is null ? 0 : 1) + (rule.Required == true ? 1 : 0);
        if (rule.Absent && (says > 0 || rule.Required is not null))
        {
            faults.Add($"{path}.Absent", "what has to be missing can have no other rule; write Absent alone");
        }
        else if (!rule.Absent && says == 0)
        {
            faults.Add(path, "the rule says nothing; write a value, a list of values, or Required: true");
        }

        if (isDeny && rule.MaxLength is not null)
        {
            faults.Add(
                $"{path}.MaxLength", "in Deny this would forbid the short texts; write MaxLength in an Allow");
        }
    }
}
