using Sentinel.Gateway.Rbac;
using Xunit;

namespace Sentinel.Gateway.Tests.Rbac;

/// <summary>Whether a tool may be used whatever its arguments are.</summary>
public sealed class WhateverArgumentsTests
{
    private static readonly string[] Roles = ["role"];

    public static TheoryData<string, string[], string, bool, bool> Policies => new()
    {
        // What the role grants and is denied; then whether some arguments may pass, and whether all may.
        { "a plain grant", ["b/t"], "", true, true },
        { "no grant", ["b/other"], "", false, false },
        { "a grant for some arguments", ["b/t?"], "", true, false },
        { "both", ["b/t?", "b/*"], "", true, true },
        { "a plain Deny", ["b/t"], "b/t", false, false },
        { "a Deny of some arguments", ["b/t"], "b/t?", true, false },
    };

    [Theory]
    [MemberData(nameof(Policies))]
    public void Is_told_apart_from_some(string what, string[] allow, string deny, bool some, bool all)
    {
        var policy = Some.Policy(allow.Select(Rule), deny.Length == 0 ? [] : [Rule(deny)]);

        Assert.True(
            some == policy.DecideVisibility(Roles, "b", TargetKind.Tool, "t").IsAllowed
            && all == policy.DecideWhatever(Roles, "b", TargetKind.Tool, "t").IsAllowed,
            what);
    }

    [Fact]
    public void What_is_switched_off_is_so_whatever_the_arguments_are() => Assert.Equal(
        Decision.ReasonKillSwitch,
        Some.Policy([Rule("b/*")], disabled: ["b/t"]).DecideWhatever(Roles, "b", TargetKind.Tool, "t").Reason);

    // A question mark at the end stands for a rule about arguments.
    private static AccessRule Rule(string text) => text.EndsWith('?')
        ? Some.Rule(text[..^1], ("project", Some.OneOf("OPS")))
        : Some.Rule(text);
}
