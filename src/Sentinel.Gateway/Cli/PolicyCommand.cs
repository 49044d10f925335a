using System.CommandLine;

namespace Sentinel.Gateway.Cli;

/// <summary><c>sentinel policy</c>: who may call what, and which tools are approved.</summary>
internal static class PolicyCommand
{
    public static Command Create() => new("policy", "See who may call what, and approve changed tools.")
    {
        PolicyListCommand.Create(),
        PolicyApproveCommand.Create(),
    };
}
