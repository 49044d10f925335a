using System.CommandLine;
using Sentinel.Audit.Chain;
using Sentinel.Audit.Reading;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary><c>sentinel audit verify</c>: whether the rows are those that the gateways wrote.</summary>
internal static class VerifyCommand
{
    private static readonly Option<string?> Anchor = new("--anchor")
    {
        Description = "Hold the chains against the heads in this file, which an earlier --write-anchor made.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> WriteAnchor = new("--write-anchor")
    {
        Description = "If nothing is found, write the chains' heads to this file. Keep it where nobody who can write "
            + "the database can.",
        HelpName = "FILE",
    };

    public static Command Create()
    {
        var command = new AnsweringCommand(
            "verify",
            "Follow every writer's chain through all rows: finds rows that were removed, changed or put in. "
            + "Ends with 0 if nothing was found, 1 if something was, 2 if it cannot tell, 130 if it was interrupted.")
        {
            SharedOptions.Config,
            Anchor,
            WriteAnchor,
            SharedOptions.Json,
        };
        AuditAnswer.SetAction(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed,
        IAuditReader reader,
        AuditConsole console,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var anchors = parsed.GetValue(Anchor) is { } path ? await ChainAnchors.ReadAsync(path, cancellationToken) : [];
        var rows = 0L;
        ChainReport report;
        using (ProgressLine.Counting(console, time, "rows followed", () => Volatile.Read(ref rows)))
        {
            report = await ChainVerifier.VerifyAsync(reader, anchors, cancellationToken, watch: (seen, _) =>
            {
                Volatile.Write(ref rows, seen.Rows);
                return ValueTask.CompletedTask;
            });
        }

        await (parsed.GetValue(SharedOptions.Json)
            ? VerifyWriter.WriteJsonAsync(report, reader.Name, console.Output)
            : VerifyWriter.WriteTextAsync(report, reader.Name, console.Output));
        if (report.IsIntact && parsed.GetValue(WriteAnchor) is { } anchor)
        {
            await ChainAnchors.WriteAsync(anchor, report.Heads, time.GetUtcNow(), cancellationToken);
        }

        return report.IsIntact ? 0 : 1;
    }
}
