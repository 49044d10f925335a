using System.ComponentModel;

namespace Sentinel.Gateway.Rbac;

/// <summary>Who may call what: the <c>Rbac</c> section of proxy.json.</summary>
internal sealed record RbacOptions
{
    [Description("What a decision does. Enforce: a call that is not allowed is refused. Shadow: what would be refused "
        + "is recorded and passes; the kill switch and limits still bite.")]
    public RbacMode Mode { get; init; } = RbacMode.Enforce;

    [Description("Role → what it may call. Its name is made of letters, digits, `_`, `.` and `-`. A caller with "
        + "several roles has the sum of their grants; Deny wins.")]
    public IReadOnlyDictionary<string, RoleOptions> Roles { get; init; } = new Dictionary<string, RoleOptions>();

    [Description("Kill switch: tools, prompts and resources that nobody may use, in any case and spelling.")]
    public IReadOnlyList<TargetPattern> Disabled { get; init; } = [];

    [Description("Methods that no revision defines. Allow: they pass, and are counted. Deny: they are refused.")]
    public UnknownMethods UnknownMethods { get; init; } = UnknownMethods.Allow;

    [Description("Backend → what becomes of tools whose definition is not the approved one in `tools.lock.json` "
        + "beside this file. Off: nothing. Warn: a warning and a count. Deny: they are hidden, and their calls "
        + "refused. See policy.md#pinning.")]
    public IReadOnlyDictionary<string, PinningMode> Pinning { get; init; } = new Dictionary<string, PinningMode>();
}

/// <summary>What one role may call.</summary>
internal sealed record RoleOptions
{
    [Description("What this role grants, exact in case: patterns, or objects that also speak of arguments.")]
    public IReadOnlyList<AccessRule> Allow { get; init; } = [];

    [Description("What no grant of any role overrides for a caller with this role, in any case and spelling.")]
    public IReadOnlyList<AccessRule> Deny { get; init; } = [];
}

/// <summary>What a decision does.</summary>
internal enum RbacMode
{
    /// <summary>A call that is not allowed is refused.</summary>
    Enforce,

    /// <summary>What would be refused is recorded, and passes.</summary>
    Shadow,
}

/// <summary>What becomes of methods that no revision defines.</summary>
internal enum UnknownMethods
{
    /// <summary>They pass, for extensions are allowed.</summary>
    Allow,

    /// <summary>They are refused like a tool without a grant.</summary>
    Deny,
}
