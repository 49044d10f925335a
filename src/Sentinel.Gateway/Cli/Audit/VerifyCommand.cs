using System.CommandLine;
using Sentinel.Audit.Chain;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Configuration;

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
            + "Ends with 0 if nothing was found, 1 if something was, 2 if it cannot tell.")
        {
            SharedOptions.Config,
            Anchor,
            WriteAnchor,
            SharedOptions.Json,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            new Request(
                result.GetRequiredValue(SharedOptions.Config),
                result.GetValue(Anchor),
                result.GetValue(WriteAnchor),
                result.GetValue(SharedOptions.Json)),
            ProcessEnvironment.Read(),
            TimeProvider.System,
            result.InvocationConfiguration.Output,
            result.InvocationConfiguration.Error,
            cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(
        Request request,
        IReadOnlyDictionary<string, string> environment,
        TimeProvider time,
        TextWriter output,
        TextWriter error,
        CancellationToken cancellationToken)
    {
        return await AnsweringCommand.AnswerAsync(error, async () =>
        {
            var source = await ConfigurationSource.LoadAsync(request.Config, environment, cancellationToken);
            var anchors = request.Anchor is { } path ? await ChainAnchors.ReadAsync(path, cancellationToken) : [];
            await using var reader = AuditReader.Open(
                source.Current.Sentinel.Audit, environment.GetValueOrDefault, Timeout.InfiniteTimeSpan);
            var report = await ChainVerifier.VerifyAsync(reader, anchors, cancellationToken);
            await (request.IsJson
                ? VerifyWriter.WriteJsonAsync(report, reader.Name, output)
                : VerifyWriter.WriteTextAsync(report, reader.Name, output));
            if (report.IsIntact && request.WriteAnchor is { } anchor)
            {
                await ChainAnchors.WriteAsync(anchor, report.Heads, time.GetUtcNow(), cancellationToken);
            }

            return report.IsIntact ? 0 : 1;
        });
    }

    /// <summary>What was asked for.</summary>
    internal sealed record Request(
        string Config,
        string? Anchor = null,
        string? WriteAnchor = null,
        bool IsJson = false);
}
