using Sentinel.Gateway.Mcp.Lists;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Authorization.Lists;

/// <summary>What the policy calls the items of each list.</summary>
internal static class ListTargets
{
    public static TargetKind Of(ListKind kind) => kind switch
    {
        ListKind.Tools => TargetKind.Tool,
        ListKind.Prompts => TargetKind.Prompt,
        _ => TargetKind.Resource,
    };
}
