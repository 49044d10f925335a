using System.ComponentModel;

namespace Sentinel.Gateway.Rbac;

/// <summary>Who may call what: the <c>Rbac</c> section of proxy.json.</summary>
internal sealed record RbacOptions
{
    [Description("What a decision does. Enforce: a call that is not allowed is refused.")]
    public RbacMode Mode { get; init; } = RbacMode.Enforce;

    [Description("Role name → what it may call. A caller with several roles has the sum of their grants; Deny wins.")]
    public IReadOnlyDictionary<string, RoleOptions> Roles { get; init; } = new Dictionary<string, RoleOptions>();

    [Description("Kill switch: tools that nobody may call, whatever their roles.")]
    public IReadOnlyList<ToolPattern> Disabled { get; init; } = [];

    [Description("Methods that no revision defines. Allow: they pass, and are counted. Deny: they are refused.")]
    public UnknownMethods UnknownMethods { get; init; } = UnknownMethods.Allow;

    [Description("Backend → what becomes of tools whose definition is not the approved one in tools.lock.json beside "
        + "proxy.json. Off: nothing. Warn: a warning and a count. Deny: they are hidden, and their calls refused.")]
    public IReadOnlyDictionary<string, PinningMode> Pinning { get; init; } = new Dictionary<string, PinningMode>();
}

/// <summary>What one role may call.</summary>
internal sealed record RoleOptions
{
    [Description("Patterns backend/tool that this role grants, exact in case.")]
    public IReadOnlyList<ToolPattern> Allow { get; init; } = [];

    [Description("Patterns backend/tool that no grant of any role overrides for a caller with this role, in any case.")]
    public IReadOnlyList<ToolPattern> Deny { get; init; } = [];
}

/// <summary>What a decision does.</summary>
internal enum RbacMode
{
    /// <summary>A call that is not allowed is refused.</summary>
    Enforce,
}

/// <summary>What becomes of methods that no revision defines.</summary>
internal enum UnknownMethods
{
    /// <summary>They pass, for extensions are allowed.</summary>
    Allow,

    /// <summary>They are refused like a tool without a grant.</summary>
    Deny,
}
