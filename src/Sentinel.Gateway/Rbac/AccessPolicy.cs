using System.Collections.Frozen;

namespace Sentinel.Gateway.Rbac;

/// <summary>The compiled policy: a pure function from caller, backend and tool to a decision.</summary>
/// <remarks>
/// The kill switch comes first, then any role's Deny, then any role's Allow; without a grant there is no access.
/// </remarks>
internal sealed class AccessPolicy
{
    private readonly FrozenDictionary<string, Role> _roles;
    private readonly Rule[] _disabled;

    private AccessPolicy(FrozenDictionary<string, Role> roles, Rule[] disabled, UnknownMethods unknownMethods)
    {
        AllowsUnknownMethods = unknownMethods is UnknownMethods.Allow;
        _roles = roles;
        _disabled = disabled;
    }

    public static AccessPolicy Compile(RbacOptions options)
    {
        var roles = options.Roles.ToFrozenDictionary(
            role => role.Key,
            role => new Role(
                [.. role.Value.Allow.Select(p => Rule.Allow($"{role.Key}: allow {p}", p))],
                [.. role.Value.Deny.Select(p => Rule.Deny(Decision.ReasonRbac, $"{role.Key}: deny {p}", p))]),
            StringComparer.Ordinal);
        return new AccessPolicy(
            roles,
            [.. options.Disabled.Select(p => Rule.Deny(Decision.ReasonKillSwitch, $"disabled {p}", p))],
            options.UnknownMethods);
    }

    /// <summary>Whether methods that no revision defines may pass.</summary>
    public bool AllowsUnknownMethods { get; }

    /// <summary>Whether the policy names this role; other claim values are ignored.</summary>
    public bool HasRole(string role) => _roles.ContainsKey(role);

    /// <summary>What the policy says of one use of a tool, prompt or resource.</summary>
    /// <param name="roles">The caller's effective roles.</param>
    /// <param name="backend">The backend's id.</param>
    /// <param name="kind">What is used.</param>
    /// <param name="name">The tool's or prompt's name, or the resource's URI.</param>
    /// <param name="arguments">The UTF-8 JSON of <c>params.arguments</c>; empty where none was given.</param>
    public Decision Decide(
        IReadOnlyList<string> roles,
        string backend,
        TargetKind kind,
        string name,
        ReadOnlySpan<byte> arguments) =>
        DecideVisibility(roles, backend, kind, name);

    /// <summary>Whether the caller may use it with at least some arguments: whether a list shows it.</summary>
    public Decision DecideVisibility(IReadOnlyList<string> roles, string backend, TargetKind kind, string name)
    {
        if (kind is not TargetKind.Tool)
        {
            return Decision.NoGrant;
        }

        foreach (var rule in _disabled)
        {
            if (rule.Pattern.MatchesFolded(backend, name))
            {
                return rule.Decision;
            }
        }

        return FirstDeny(roles, backend, name) ?? FirstAllow(roles, backend, name) ?? Decision.NoGrant;
    }

    /// <summary>
    /// Whether the caller may use everything of that kind, so that nothing of a list is hidden; false where that is
    /// not plain to see.
    /// </summary>
    public bool AllowsAll(IReadOnlyList<string> roles, string backend, TargetKind kind) =>
        kind is TargetKind.Tool
        && _disabled.Length == 0
        && roles.All(role => _roles.GetValueOrDefault(role)?.Deny is null or [])
        && roles.Any(role =>
            _roles.GetValueOrDefault(role)?.Allow.Any(rule => rule.Pattern.MatchesEveryTool(backend)) == true);

    private Decision? FirstDeny(IReadOnlyList<string> roles, string backend, string tool)
    {
        for (var i = 0; i < roles.Count; i++)
        {
            foreach (var rule in _roles.GetValueOrDefault(roles[i])?.Deny ?? [])
            {
                if (rule.Pattern.MatchesFolded(backend, tool))
                {
                    return rule.Decision;
                }
            }
        }

        return null;
    }

    private Decision? FirstAllow(IReadOnlyList<string> roles, string backend, string tool)
    {
        for (var i = 0; i < roles.Count; i++)
        {
            foreach (var rule in _roles.GetValueOrDefault(roles[i])?.Allow ?? [])
            {
                if (rule.Pattern.Matches(backend, tool))
                {
                    return rule.Decision;
                }
            }
        }

        return null;
    }

    private sealed record Role(Rule[] Allow, Rule[] Deny);

    private sealed record Rule(Decision Decision, ToolPattern Pattern)
    {
        public static Rule Allow(string text, ToolPattern pattern) => new(new Decision(true, null, text), pattern);

        public static Rule Deny(string reason, string text, ToolPattern pattern) =>
            new(new Decision(false, reason, text), pattern);
    }
}
