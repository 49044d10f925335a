using System.CommandLine;

namespace Sentinel.Gateway.Cli;

/// <summary><c>sentinel policy …</c>: what a policy says, without a gateway that goes by it.</summary>
internal static class PolicyCommand
{
    public static Command Create() => new("policy", "Ask a policy before it bites, and approve changed tools.")
    {
        PolicyExplainCommand.Create(),
        PolicyListCommand.Create(),
        ReplayCommand.Create(),
        PolicyApproveCommand.Create(),
    };
}
