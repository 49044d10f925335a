using System.Collections.Frozen;
using System.Globalization;

namespace Sentinel.Gateway.Rbac;

/// <summary>
/// The compiled policy: a pure function from caller, backend, target and arguments to a decision.
/// </summary>
/// <remarks>
/// The kill switch comes first, then any role's Deny, then any role's Allow; without a grant there is no access.
/// Whoever asks whether a list shows a target asks the same rules.
/// </remarks>
internal sealed class AccessPolicy
{
    /// <summary>A longer name of a tool or prompt is never granted.</summary>
    public const int NameCharsMax = 1024;

    private readonly FrozenDictionary<string, Role> _roles;
    private readonly RuleSet _disabled;
    private readonly bool _isShadow;

    private AccessPolicy(FrozenDictionary<string, Role> roles, RbacOptions options)
    {
        _roles = roles;
        _isShadow = options.Mode is RbacMode.Shadow;
        _disabled = new RuleSet([.. options.Disabled.Select(DisabledRule)], forbids: true);
        AllowsUnknownMethods = options.UnknownMethods is UnknownMethods.Allow;
        HasArgumentRules = roles.Values.Any(role => role.Allow.HasArguments || role.Deny.HasArguments);
    }

    public static AccessPolicy Compile(RbacOptions options) => new(
        options.Roles.ToFrozenDictionary(
            role => role.Key,
            role => new Role(
                new RuleSet([.. role.Value.Allow.Select((rule, i) => RoleRule(role.Key, rule, i, false))], false),
                new RuleSet([.. role.Value.Deny.Select((rule, i) => RoleRule(role.Key, rule, i, true))], true),
                [
                    .. role.Value.Allow.Select((rule, i) => (Rule: rule, Index: i))
                        .Where(grant => GrantsAll(grant.Rule))
                        .Select(grant => RoleRule(role.Key, grant.Rule, grant.Index, false)),
                ]),
            StringComparer.Ordinal),
        options);

    /// <summary>Whether methods that no revision defines may pass.</summary>
    public bool AllowsUnknownMethods { get; }

    /// <summary>Whether nothing but the kill switch refuses, and lists are shown whole.</summary>
    public bool IsShadow => _isShadow;

    /// <summary>Whether some rule looks at arguments, so that they have to be at hand.</summary>
    public bool HasArgumentRules { get; }

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
        Decide(roles, backend, kind, name, new RuleSearch(arguments, isVisibility: false));

    /// <summary>Whether the caller may use it with at least some arguments: whether a list shows it.</summary>
    public Decision DecideVisibility(IReadOnlyList<string> roles, string backend, TargetKind kind, string name) =>
        Decide(roles, backend, kind, name, new RuleSearch(default, isVisibility: true));

    /// <summary>Whether the caller may use it whatever the arguments are.</summary>
    public Decision DecideWhatever(IReadOnlyList<string> roles, string backend, TargetKind kind, string name) =>
        Decide(roles, backend, kind, name, new RuleSearch(default, isVisibility: false, isWhatever: true));

    /// <summary>
    /// Whether the caller may use everything of that kind, so that nothing of a list is hidden; false where that is
    /// not plain to see.
    /// </summary>
    public bool AllowsAll(IReadOnlyList<string> roles, string backend, TargetKind kind) =>
        WholeGrant(roles, backend, kind) is not null;

    /// <summary>
    /// Whether the caller has a grant on some tool of the backend: what methods need that name no tool, but a task.
    /// </summary>
    public bool MayUseTools(IReadOnlyList<string> roles, string backend)
    {
        for (var i = 0; i < roles.Count; i++)
        {
            if (_roles.GetValueOrDefault(roles[i])?.Allow.Speaks(TargetKind.Tool, backend) == true)
            {
                // A name that no tool has: only a rule about every tool of the backend forbids it.
                return DecideVisibility(roles, backend, TargetKind.Tool, "\uFFFF") is { IsAllowed: true }
                    or { Path: null };
            }
        }

        return _isShadow;
    }

    private Decision Decide(
        IReadOnlyList<string> roles,
        string backend,
        TargetKind kind,
        string name,
        RuleSearch search)
    {
        using var target = new Target(backend, kind, name, stackalloc char[512]);
        Target.SearchForbidding(target, _disabled, ref search);
        if (search.Found is { } disabled)
        {
            return disabled.Decision;
        }

        // What has no safe form could be anything, which is no matter to a caller who may use everything.
        if (kind == TargetKind.Resource && !target.IsSafe && WholeGrant(roles, backend, kind) is { } whole)
        {
            return whole;
        }

        var decision = Bound(kind, name) ?? DecideByRoles(roles, target, ref search);
        return _isShadow && !decision.IsAllowed ? InShadow(decision) : decision;
    }

    // A grant of everything, where nothing of that kind is forbidden to the caller.
    private Decision? WholeGrant(IReadOnlyList<string> roles, string backend, TargetKind kind)
    {
        var denied = roles.Select(role => _roles.GetValueOrDefault(role)?.Deny).ToList();
        if (_disabled.Has(kind) || denied.Exists(deny => deny?.Refuses(kind) == true))
        {
            return null;
        }

        var grant = roles.SelectMany(role => _roles.GetValueOrDefault(role)?.Whole ?? [])
            .FirstOrDefault(grant => grant.Pattern.Kind == kind && new Glob(grant.Pattern.Backend).Matches(backend))
            .Rule?.Decision;
        return grant is not null && denied.Exists(deny => deny?.Has(kind) == true)
            ? OnTrial(grant, Decision.AmbiguousUri)
            : grant;
    }

    // Of what is never granted the rules are not asked, of which there may be many.
    private static Decision? Bound(TargetKind kind, string name) =>
        kind == TargetKind.Resource
            ? name.Length > ResourceUri.CharsMax ? Decision.AmbiguousUri : null
            : name.Length > NameCharsMax ? Decision.NameTooLong : null;

    private Decision DecideByRoles(
        IReadOnlyList<string> roles,
        scoped Target target,
        ref RuleSearch search)
    {
        Rule? denyOnTrial = null;
        for (var i = 0; i < roles.Count; i++)
        {
            if (_roles.TryGetValue(roles[i], out var role))
            {
                search.Clear();
                Target.SearchForbidding(target, role.Deny, ref search);
                if (search.Found is { } deny)
                {
                    return deny.Decision;
                }

                denyOnTrial ??= search.OnTrial;
            }
        }

        Rule? allowOnTrial = null;
        for (var i = 0; target.IsSafe && i < roles.Count; i++)
        {
            if (_roles.TryGetValue(roles[i], out var role))
            {
                search.Clear();
                Target.SearchGranting(target, role.Allow, ref search);
                if (search.Found is { } allow)
                {
                    return denyOnTrial is null ? allow.Decision : OnTrial(allow.Decision, denyOnTrial.Decision);
                }

                allowOnTrial ??= search.OnTrial;
            }
        }

        return (allowOnTrial, target.IsSafe) switch
        {
            (not null, _) => OnTrial(
                allowOnTrial.Decision, denyOnTrial?.Decision ?? NotAsGranted(allowOnTrial.Decision)),
            (_, true) => Decision.NoGrant,
            _ => Decision.AmbiguousUri,
        };
    }

    private static Decision OnTrial(Decision decision, Decision wouldRefuse) =>
        decision with { WouldRefuse = wouldRefuse };

    private static Decision NotAsGranted(Decision grant) =>
        new(false, Decision.ReasonRbac, $"no grant: arguments are not as in {grant.Rule}") { Path = grant.Path };

    private static Decision InShadow(Decision refusal) =>
        new(true, null, "shadow mode") { Path = "$.Sentinel.Rbac.Mode", WouldRefuse = refusal };

    private static (TargetPattern Pattern, Rule Rule) DisabledRule(TargetPattern pattern, int index) => (
        pattern,
        new Rule(
            index,
            new Decision(false, Decision.ReasonKillSwitch, $"disabled {pattern}")
            {
                Path = string.Create(CultureInfo.InvariantCulture, $"$.Sentinel.Rbac.Disabled[{index}]"),
            },
            Arguments: null,
            IsShadow: false));

    private static (TargetPattern Pattern, Rule Rule) RoleRule(string role, AccessRule rule, int index, bool isDeny)
    {
        var arguments = rule.Arguments.Count == 0 ? "" : $" {{{string.Join(", ", rule.Arguments.Keys)}}}";
        var decision = new Decision(
            !isDeny,
            isDeny ? Decision.ReasonRbac : null,
            $"{role}: {(isDeny ? "deny" : "allow")} {rule.Tool}{arguments}")
        {
            Path = string.Create(
                CultureInfo.InvariantCulture, $"{PathOf(role)}.{(isDeny ? "Deny" : "Allow")}[{index}]"),
        };
        return (rule.Tool, new Rule(index, decision, ArgumentTree.Compile(rule.Arguments, isDeny), rule.Shadow)
        {
            Uri = isDeny || rule.Tool.Kind != TargetKind.Resource
                ? null
                : UriPattern.Of(ResourceUri.NormalizePattern(rule.Tool.Name)),
        });
    }

    // As the configuration's own faults spell it; names of roles have nothing else in them that needs quotes.
    private static string PathOf(string role)
    {
        var isPlain = role.Length > 0 && !role.Contains('.', StringComparison.Ordinal)
            && !char.IsAsciiDigit(role[0]) && role[0] != '-';
        return isPlain ? $"$.Sentinel.Rbac.Roles.{role}" : $"$.Sentinel.Rbac.Roles[\"{role}\"]";
    }

    private static bool GrantsAll(AccessRule rule) =>
        rule is { Arguments.Count: 0, Shadow: false } && new Glob(rule.Tool.Name).IsEverything;

    /// <param name="Allow">What it grants.</param>
    /// <param name="Deny">What no grant overrides.</param>
    /// <param name="Whole">Those of its grants that name everything of a backend.</param>
    private sealed record Role(RuleSet Allow, RuleSet Deny, (TargetPattern Pattern, Rule Rule)[] Whole);
}
