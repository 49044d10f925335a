using System.CommandLine;
using Sentinel.Gateway.Cli.Audit;

namespace Sentinel.Gateway.Cli;

/// <summary><c>sentinel audit …</c>: what was recorded.</summary>
internal static class AuditCommand
{
    public static Command Create() => new("audit", "Ask what was recorded, and prove that it still is.")
    {
        QueryCommand.Create(),
        TailCommand.Create(),
        StatsCommand.Create(),
        ExportCommand.Create(),
        VerifyCommand.Create(),
        RecoverCommand.Create(),
    };
}
