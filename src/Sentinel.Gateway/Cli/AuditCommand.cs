using System.CommandLine;

namespace Sentinel.Gateway.Cli;

/// <summary><c>sentinel audit</c>: what has been recorded.</summary>
internal static class AuditCommand
{
    public static Command Create() => new("audit", "Ask and keep the audit trail.")
    {
        AuditRecoverCommand.Create(),
    };
}
