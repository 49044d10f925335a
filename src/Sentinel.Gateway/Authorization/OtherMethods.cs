using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Authorization;

/// <summary>
/// Judges the messages that leave no row: subscriptions and completions by what they name, tasks by the backend, and
/// methods that no revision defines.
/// </summary>
internal static class OtherMethods
{
    public static Refusal? Judge(McpMessage message, IReadOnlyList<string> roles, string backend, AccessPolicy policy)
    {
        if (message.Known is null)
        {
            return policy.AllowsUnknownMethods ? null : Refusal.MethodDenied(message.Method!);
        }

        return message.Known.Name switch
        {
            "resources/subscribe" => JudgeTarget(TargetKind.Resource, message.Uri!, roles, backend, policy),
            "subscriptions/listen" => JudgeResources(message.ResourceSubscriptions, roles, backend, policy),
            "completion/complete" => JudgeTarget(
                message.Ref!.IsPrompt ? TargetKind.Prompt : TargetKind.Resource,
                message.Ref.Target,
                roles,
                backend,
                policy),

            // A task's id says nothing of its tool; whose task it is the server has to know.
            "tasks/get" or "tasks/list" or "tasks/result" or "tasks/cancel" or "tasks/update" =>
                policy.MayUseTools(roles, backend) ? null : Refusal.MethodDenied(message.Method!),
            _ => null,
        };
    }

    private static Refusal? JudgeResources(
        IReadOnlyList<string> uris,
        IReadOnlyList<string> roles,
        string backend,
        AccessPolicy policy)
    {
        foreach (var uri in uris)
        {
            if (JudgeTarget(TargetKind.Resource, uri, roles, backend, policy) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    private static Refusal? JudgeTarget(
        TargetKind kind,
        string name,
        IReadOnlyList<string> roles,
        string backend,
        AccessPolicy policy)
    {
        var decision = policy.DecideVisibility(roles, backend, kind, name);
        return decision.IsAllowed ? null : Refusal.Denied(decision, kind, name);
    }
}
