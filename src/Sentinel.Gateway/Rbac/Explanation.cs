namespace Sentinel.Gateway.Rbac;

/// <summary>Why a caller may or may not use a target, and what would change it.</summary>
/// <param name="Allowed">Whether it may.</param>
/// <param name="Reason">The refusal's reason code; null when allowed.</param>
/// <param name="Rule">The grant or rule that decides, as proxy.json spells it.</param>
/// <param name="Path">Where it stands in proxy.json; null where no rule decides.</param>
/// <param name="WouldRefuse">What would refuse it but for Shadow, and where that stands.</param>
/// <param name="Roles">The caller's effective roles.</param>
/// <param name="Change">What would change the answer.</param>
internal sealed record Explanation(
    bool Allowed,
    string? Reason,
    string Rule,
    string? Path,
    string? WouldRefuse,
    IReadOnlyList<string> Roles,
    string Change)
{
    /// <param name="policy">Whose rules decide.</param>
    /// <param name="roles">The caller's effective roles.</param>
    /// <param name="backend">The backend's id.</param>
    /// <param name="kind">What is used.</param>
    /// <param name="name">The tool's or prompt's name, or the resource's URI.</param>
    /// <param name="arguments">The UTF-8 JSON of the call's arguments; empty for none.</param>
    public static Explanation Of(
        AccessPolicy policy,
        IReadOnlyList<string> roles,
        string backend,
        TargetKind kind,
        string name,
        ReadOnlySpan<byte> arguments)
    {
        var decision = policy.Decide(roles, backend, kind, name, arguments);
        var visible = policy.DecideVisibility(roles, backend, kind, name);
        var target = $"{backend}/{name}";
        return new Explanation(
            decision.IsAllowed,
            decision.Reason,
            decision.Rule,
            decision.Path,
            decision.WouldRefuse is { } refusal ? $"{refusal.Rule}{At(refusal.Path)}" : null,
            roles,
            Remedy(
                decision,
                visible,
                roles,
                kind == TargetKind.Tool ? target : $"{kind.ToString().ToLowerInvariant()}:{target}"));
    }

    public IEnumerable<string> Lines()
    {
        yield return Allowed ? "ALLOWED" : $"DENIED ({Reason})";
        yield return $"  roles:         {(Roles.Count == 0 ? "none" : string.Join(", ", Roles))}";
        yield return $"  decided by:    {Rule}{At(Path)}";
        if (WouldRefuse is not null)
        {
            yield return $"  would refuse:  {WouldRefuse}";
        }

        yield return $"  changed by:    {Change}";
    }

    private static string Remedy(Decision decision, Decision visible, IReadOnlyList<string> roles, string pattern) =>
        decision switch
        {
            { WouldRefuse: { } refusal } =>
                $"Enforced, it would be refused by {refusal.Rule}{At(refusal.Path)}.",
            { IsAllowed: true } =>
                $"A Deny of it in any of the caller's roles; or taking out {decision.Path} and all else that "
                + "grants it.",
            { Reason: Decision.ReasonKillSwitch } => $"Taking {decision.Path} out; it holds for every caller.",
            { Path: { } path } =>
                $"Narrowing {path}, and any further Deny that matches: one wins over every Allow, of whatever role.",
            _ when visible.IsAllowed =>
                $"Other arguments: {visible.Rule}{At(visible.Path)} matches the name, and not these arguments.",
            _ when decision == Decision.NoGrant && roles.Count > 0 =>
                $"A grant in one of the caller's roles, for example \"{pattern}\" in "
                + $"$.Sentinel.Rbac.Roles.{roles[0]}.Allow.",
            _ when decision == Decision.NoGrant => "A role: the caller has none that the policy names.",
            _ => "Another spelling of the name; no rule grants this one.",
        };

    private static string At(string? path) => path is null ? "" : $" at {path}";
}
