using System.Text;
using FsCheck.Fluent;
using Sentinel.Gateway.Mcp;
using Sentinel.Gateway.Rbac;
using Sentinel.Gateway.Tests.Mcp.Generated;
using Xunit;

namespace Sentinel.Gateway.Tests.Rbac;

/// <summary>Names and URIs made to slow a decision down or to slip past a rule.</summary>
public sealed class HostileTargetTests
{
    // Far beyond what any takes, far below what each of them takes where nothing bounds it.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static readonly string[] Stars = [.. Enumerable.Range(0, 10_000).Select(i => $"*/*{i}x*y{i}*")];

    [Theory]
    [InlineData("Tool", "a")]
    [InlineData("Tool", "1x")]
    [InlineData("Prompt", "\u017F")]
    [InlineData("Tool", "\0")]
    [InlineData("Tool", "\uD800")]
    public void A_name_of_four_million_characters_is_never_granted_and_asks_no_rule_of_a_role(
        string kind,
        string part)
    {
        var policy = Some.Policy(Some.Rules(["*", "prompt:*", .. Stars]), Some.Rules(Stars));

        var decision = WithinLimit(policy, Enum.Parse<TargetKind>(kind), Repeat(part, 4_000_000));

        Assert.Same(Decision.NameTooLong, decision);
    }

    [Theory]
    [InlineData("a/")]
    [InlineData("../")]
    [InlineData("x/../")]
    [InlineData("%2e%2e/")]
    [InlineData("%25252e")]
    [InlineData("//")]
    [InlineData(";/")]
    [InlineData("%00")]
    [InlineData("\u2024")]
    [InlineData("\uD83D\uDE00")]
    public void A_URI_of_four_million_characters_is_never_granted_and_asks_no_rule_of_a_role(string part)
    {
        var policy = Some.Policy(
            Some.Rules("resource:*"), Some.Rules([.. Stars.Select(star => $"resource:{star}")]));

        var decision = WithinLimit(policy, TargetKind.Resource, "file:///" + Repeat(part, 4_000_000));

        Assert.Same(Decision.AmbiguousUri, decision);
    }

    [Fact]
    public void Whoever_may_read_everything_may_read_what_is_long_at_once() =>
        Assert.True(WithinLimit(
            Some.Policy(Some.Rules("resource:*")), TargetKind.Resource, "x:" + Repeat("a/../", 4_000_000)).IsAllowed);

    [Theory]
    [InlineData("Tool", "xx", "evil")]
    [InlineData("Tool", "xx", "EVIL")]
    [InlineData("Prompt", "xx", "evil")]
    [InlineData("Resource", "file:///", "evil/a")]
    [InlineData("Resource", "file:///x/../", "evil/a")]
    [InlineData("Resource", "file:///", "x/../x/../evil/a")]
    public void No_length_gets_past_the_kill_switch_where_all_else_is_on_trial(string kind, string start, string end)
    {
        var policy = Some.Policy(
            [], [], ["a/*evil", "prompt:a/*evil", "resource:a/file:///evil/*"], RbacMode.Shadow);

        var filler = kind == "Resource" ? Repeat("x/../", 1_000_000) : Repeat("x", 1_000_000);
        var decision = WithinLimit(policy, Enum.Parse<TargetKind>(kind), start + filler + end);

        Assert.Equal(Decision.ReasonKillSwitch, decision.Reason);
    }

    [Fact]
    public void No_spelling_of_a_forbidden_name_is_allowed_and_no_other_spelling_of_a_granted_one()
    {
        var forbidding = Some.Policy(
            Some.Rules("*", "prompt:*"), Some.Rules("a/delete_disks", "prompt:a/delete_disks"));
        var granting = Some.Policy(Some.Rules("a/delete_disks", "prompt:a/delete_disks"));
        var spellings = Gen.Choose(0, 9).ListOf("delete_disks".Length)
            .Select(choices => string.Concat("delete_disks".Select((c, i) => Alike(c, choices[i]))));

        Generating.Check(spellings, _ => [], name =>
        {
            foreach (var kind in new[] { TargetKind.Tool, TargetKind.Prompt })
            {
                Assert.False(forbidding.Decide(["role"], "a", kind, name, []).IsAllowed);
                Assert.Equal(name == "delete_disks", granting.Decide(["role"], "a", kind, name, []).IsAllowed);
            }
        }, seed: 20, cases: 500);
    }

    private static char Alike(char c, int choice)
    {
        char[] alike = [.. Enumerable.Range(0, 0x10000).Select(i => (char)i).Where(o => Folding.Fold(o) == c)];
        return alike[choice % alike.Length];
    }

    private static Decision WithinLimit(AccessPolicy policy, TargetKind kind, string name)
    {
        var started = TimeProvider.System.GetTimestamp();
        var decision = policy.Decide(["role"], "a", kind, name, []);
        var elapsed = TimeProvider.System.GetElapsedTime(started);

        Assert.True(elapsed < Limit, $"{elapsed} for {name.Length} characters");
        TestContext.Current.TestOutputHelper?.WriteLine($"{elapsed.TotalMilliseconds:F1} ms");
        return decision;
    }

    private static string Repeat(string part, int length) =>
        new StringBuilder().Insert(0, part, length / part.Length).ToString();
}
