using System.Text.Json;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Tests.Rbac;

/// <summary>Policies in a line.</summary>
internal static class Some
{
    /// <summary>A policy with one role, named <c>role</c>.</summary>
    public static AccessPolicy Policy(
        IEnumerable<AccessRule> allow,
        IEnumerable<AccessRule>? deny = null,
        IEnumerable<string>? disabled = null,
        RbacMode mode = RbacMode.Enforce) =>
        AccessPolicy.Compile(new RbacOptions
        {
            Mode = mode,
            Roles = new Dictionary<string, RoleOptions>(StringComparer.Ordinal)
            {
                ["role"] = new() { Allow = [.. allow], Deny = [.. deny ?? []] },
            },
            Disabled = [.. (disabled ?? []).Select(pattern => TargetPattern.Parse(pattern, null))],
        });

    public static AccessRule[] Rules(params string[] patterns) => [.. patterns.Select(pattern => Rule(pattern))];

    public static AccessRule Rule(string pattern, params (string Path, ArgumentRule Rule)[] arguments) => new()
    {
        Tool = TargetPattern.Parse(pattern, null),
        Arguments = arguments.ToDictionary(a => a.Path, a => a.Rule, StringComparer.Ordinal),
    };

    public static ArgumentValue Text(string text) => new(JsonValueKind.String, text);

    public static ArgumentRule OneOf(params string[] globs) => new() { Values = [.. globs.Select(Text)] };
}
