using System.CommandLine;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Cli.Audit;
using Sentinel.Gateway.Cli.Replay;
using Sentinel.Gateway.Records;

namespace Sentinel.Gateway.Cli;

/// <summary><c>sentinel policy replay</c>: what a policy would have done to the calls already recorded.</summary>
internal static class ReplayCommand
{
    private static readonly Option<string> From = new("--from")
    {
        Description = $"The first call's time: {TimeWords.Examples}. UTC unless it says otherwise.",
        HelpName = "WHEN",
        Required = true,
    };

    private static readonly Option<string?> To = new("--to")
    {
        Description = "The time before which calls arrived; to the last one recorded unless given.",
        HelpName = "WHEN",
    };

    public static Command Create()
    {
        var command = new AnsweringCommand(
            "replay",
            "Decide recorded calls anew by the policy in --config, and report those that it would have decided "
            + "otherwise. Ends with 0 if there are none, 1 if there are, 2 if it cannot tell, 130 if it was "
            + "interrupted.")
        {
            SharedOptions.Config,
            From,
            To,
            SharedOptions.Json,
        };
        AuditAnswer.SetAction(command, (parsed, environment, console, cancellationToken) => RunAsync(
            new Request(
                parsed.GetRequiredValue(SharedOptions.Config),
                parsed.GetRequiredValue(From),
                parsed.GetValue(To),
                parsed.GetValue(SharedOptions.Json)),
            environment,
            TimeProvider.System,
            console,
            cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(
        Request request,
        IReadOnlyDictionary<string, string> environment,
        TimeProvider time,
        AuditConsole console,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!TimeWords.TryParse(request.From, now, out var from) || !TryParseEnd(request.To, now, out var to))
        {
            await console.Error.WriteLineAsync($"--from and --to take a time such as {TimeWords.Examples}.");
            return AnsweringCommand.NoAnswer;
        }

        return await AuditAnswer.RunAsync(
            request.Config,
            async (policy, reader, _, token) =>
            {
                var replay = new PolicyReplay(policy);
                using (ProgressLine.Counting(console, time, "calls decided", () => replay.Report.Calls))
                {
                    await replay.RunAsync(reader.ReadAsync(new AuditQuery { From = from, To = to }, token));
                }

                var writer = new ReplayWriter(from, to, reader.Name, request.Config);
                await (request.IsJson
                    ? writer.WriteJsonAsync(replay.Report, console.Output)
                    : writer.WriteTextAsync(replay.Report, console.Output));
                return replay.Report.HasFlips ? 1 : 0;
            },
            environment,
            console,
            cancellationToken);
    }

    private static bool TryParseEnd(string? text, DateTimeOffset now, out DateTimeOffset? end)
    {
        end = null;
        if (text is null)
        {
            return true;
        }

        var isTime = TimeWords.TryParse(text, now, out var time);
        end = time;
        return isTime;
    }

    /// <summary>What was asked for.</summary>
    internal sealed record Request(string Config, string From, string? To = null, bool IsJson = false);
}
