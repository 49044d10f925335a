namespace Sentinel.Gateway.Rbac;

/// <summary>Allow or deny, with the grant or rule that decided.</summary>
/// <param name="IsAllowed">Whether the call may go on.</param>
/// <param name="Reason">The refusal's reason code; null when allowed.</param>
/// <param name="Rule">The grant or rule that decided, as proxy.json spells it.</param>
internal sealed record Decision(bool IsAllowed, string? Reason, string Rule)
{
    public const string ReasonRbac = "rbac";
    public const string ReasonKillSwitch = "kill_switch";

    /// <summary>No role of the caller grants the tool.</summary>
    public static readonly Decision NoGrant = new(false, ReasonRbac, "no grant");
}
