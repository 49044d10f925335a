using System.CommandLine;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Cli.Replay;
using Sentinel.Gateway.Configuration;
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
            + "otherwise. Ends with 0 if there are none, 1 if there are, 2 if it cannot tell.")
        {
            SharedOptions.Config,
            From,
            To,
            SharedOptions.Json,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            new Request(
                result.GetRequiredValue(SharedOptions.Config),
                result.GetRequiredValue(From),
                result.GetValue(To),
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
        var now = time.GetUtcNow();
        if (!TimeWords.TryParse(request.From, now, out var from) || !TryParseEnd(request.To, now, out var to))
        {
            await error.WriteLineAsync($"--from and --to take a time such as {TimeWords.Examples}.");
            return AnsweringCommand.NoAnswer;
        }

        return await AnsweringCommand.AnswerAsync(error, async () =>
        {
            var source = await ConfigurationSource.LoadAsync(request.Config, environment, cancellationToken);
            var snapshot = source.Current;
            await using var reader = AuditReader.Open(snapshot.Sentinel.Audit, environment.GetValueOrDefault);
            var replay = new PolicyReplay(snapshot.Policy);
            var query = new AuditQuery { From = from, To = to };
            await replay.RunAsync(reader.ReadAsync(query, cancellationToken));
            var writer = new ReplayWriter(from, to, reader.Name, request.Config);
            await (request.IsJson
                ? writer.WriteJsonAsync(replay.Report, output)
                : writer.WriteTextAsync(replay.Report, output));
            return replay.Report.HasFlips ? 1 : 0;
        });
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
