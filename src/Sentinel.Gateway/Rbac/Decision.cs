namespace Sentinel.Gateway.Rbac;

/// <summary>Allow or deny, with the grant or rule that decided.</summary>
/// <param name="IsAllowed">Whether the call may go on.</param>
/// <param name="Reason">The refusal's reason code; null when allowed.</param>
/// <param name="Rule">The grant or rule that decided, as proxy.json spells it.</param>
internal sealed record Decision(bool IsAllowed, string? Reason, string Rule)
{
    public const string ReasonRbac = "rbac";
    public const string ReasonKillSwitch = "kill_switch";

    /// <summary>No role of the caller grants the target.</summary>
    public static readonly Decision NoGrant = new(false, ReasonRbac, "no grant");

    /// <summary>The name is longer than any that is granted.</summary>
    public static readonly Decision NameTooLong = new(false, ReasonRbac, "no grant: the name is too long");

    /// <summary>The URI has no safe normal form, so that two readers could take it for two resources.</summary>
    public static readonly Decision AmbiguousUri = new(false, ReasonRbac, "no grant: the URI has no safe normal form");

    /// <summary>Where the rule stands in proxy.json; null where no rule decided.</summary>
    public string? Path { get; init; }

    /// <summary>What would have refused it but for Shadow; null where nothing would.</summary>
    public Decision? WouldRefuse { get; init; }

    /// <summary>What the row says of it.</summary>
    public string Text => WouldRefuse is null ? Rule : $"{Rule}; shadow: would refuse by {WouldRefuse.Rule}";
}
