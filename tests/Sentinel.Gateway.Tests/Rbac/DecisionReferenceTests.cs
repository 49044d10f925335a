using System.Text.RegularExpressions;
using Sentinel.Gateway.Mcp;
using Sentinel.Gateway.Rbac;
using Xunit;

namespace Sentinel.Gateway.Tests.Rbac;

/// <summary>The indexed policy against a plain reading of the same rules, one after the other.</summary>
public sealed class DecisionReferenceTests
{
    private static readonly string[] Parts = ["a", "b", "A", "read", "Read", "_", "x1", "*", "?", "**", "\u212A", "k"];

    [Fact]
    public void Never_disagree_whatever_the_rules()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 400; round++)
        {
            var roles = Enumerable.Range(0, 3).ToDictionary(i => $"r{i}", _ => new RoleOptions
            {
                Allow = Rules(random, 6),
                Deny = Rules(random, 2),
            });
            TargetPattern[] disabled = random.Next(3) == 0 ? [Pattern(random)] : [];
            var policy = AccessPolicy.Compile(new RbacOptions { Roles = roles, Disabled = disabled });
            for (var i = 0; i < 100; i++)
            {
                string[] caller = [.. roles.Keys.Where(_ => random.Next(2) == 0)];
                var (backend, name) = (Name(random), Name(random));
                var kind = random.Next(2) == 0 ? TargetKind.Tool : TargetKind.Prompt;

                var decision = policy.Decide(caller, backend, kind, name, []);

                var expected = Expected(roles, disabled, caller, backend, kind, name);
                Assert.True(
                    expected == decision.IsAllowed
                        && expected == policy.DecideVisibility(caller, backend, kind, name).IsAllowed,
                    $"seed {seed}: {kind} {backend}/{name} as {string.Join(',', caller)}: {decision}");
            }
        }
    }

    private static bool Expected(
        Dictionary<string, RoleOptions> roles,
        TargetPattern[] disabled,
        string[] caller,
        string backend,
        TargetKind kind,
        string name)
    {
        bool Forbids(TargetPattern pattern) => Matches(pattern, kind, Folded(backend), Folded(name), Folded);
        bool Grants(TargetPattern pattern) => Matches(pattern, kind, backend, name, text => text);
        return !disabled.Any(Forbids)
            && !caller.Any(role => roles[role].Deny.Any(rule => Forbids(rule.Tool)))
            && caller.Any(role => roles[role].Allow.Any(rule => Grants(rule.Tool)));
    }

    private static bool Matches(
        TargetPattern pattern,
        TargetKind kind,
        string backend,
        string name,
        Func<string, string> spell) =>
        pattern.Kind == kind && IsLike(backend, spell(pattern.Backend)) && IsLike(name, spell(pattern.Name));

    private static bool IsLike(string text, string pattern) => Regex.IsMatch(
        text,
        "\\A" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)
            .Replace("\\?", ".", StringComparison.Ordinal) + "\\z",
        RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);

    private static string Folded(string text) => string.Concat(text.Select(Folding.Fold));

    private static AccessRule[] Rules(Random random, int most) =>
        [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => new AccessRule { Tool = Pattern(random) })];

    private static TargetPattern Pattern(Random random) => TargetPattern.Parse(
        $"{(random.Next(3) == 0 ? "prompt:" : "")}{Text(random, Parts.Length)}/{Text(random, Parts.Length)}", null);

    private static string Name(Random random) =>
        string.Concat(Text(random, Parts.Length).Where(c => c is not ('*' or '?'))) is { Length: > 0 } name ? name : "a";

    private static string Text(Random random, int parts) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Parts[random.Next(parts)]));
}
