using System.CommandLine;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary>Opens the store that proxy.json names, asks it, and says what stood in the way.</summary>
internal static class AuditAnswer
{
    /// <summary>Ended by Ctrl+C, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>For descriptions of verbs that answer as <c>grep</c> does.</summary>
    public const string ExitCodes =
        "Ends with 0 if something was found, 1 if nothing was, 2 if it cannot tell, 130 if it was interrupted.";

    private const int BrokenPipe = 32;

    /// <summary>Asks, and gives the exit code.</summary>
    public delegate Task<int> Ask(
        ParseResult parsed,
        IAuditReader reader,
        AuditConsole console,
        TimeProvider time,
        CancellationToken cancellationToken);

    /// <summary>What a verb does that has <c>--config</c>.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="ask">What it asks.</param>
    /// <param name="timeout">How long the store may work on one step; as long as it takes unless given.</param>
    public static void SetAction(Command command, Ask ask, TimeSpan? timeout = null) =>
        command.SetAction((parsed, cancellationToken) =>
        {
            var environment = ProcessEnvironment.Read();
            return RunAsync(
                parsed,
                ask,
                timeout ?? Timeout.InfiniteTimeSpan,
                environment,
                AuditConsole.OfProcess(environment),
                cancellationToken);
        });

    private static async Task<int> RunAsync(
        ParseResult parsed,
        Ask ask,
        TimeSpan timeout,
        IReadOnlyDictionary<string, string> environment,
        AuditConsole console,
        CancellationToken cancellationToken)
    {
        using var interruption = new Interruption(cancellationToken);
        try
        {
            var exitCode = await AskAsync(parsed, ask, timeout, environment, console, interruption.Token);
            await console.Output.FlushAsync(CancellationToken.None);
            return exitCode;
        }
        catch (IOException exception) when (exception.HResult == BrokenPipe)
        {
            // Who reads has had enough, as `head` does.
            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await console.Error.WriteLineAsync(exception.Message);
            return AnsweringCommand.NoAnswer;
        }
    }

    private static async Task<int> AskAsync(
        ParseResult parsed,
        Ask ask,
        TimeSpan timeout,
        IReadOnlyDictionary<string, string> environment,
        AuditConsole console,
        CancellationToken cancellationToken)
    {
        try
        {
            return await AnsweringCommand.AnswerAsync(console.Error, async () =>
            {
                var config = parsed.GetRequiredValue(SharedOptions.Config);
                var source = await ConfigurationSource.LoadAsync(config, environment, cancellationToken);
                await using var reader = AuditReader.Open(
                    source.Current.Sentinel.Audit, environment.GetValueOrDefault, timeout);
                return await ask(parsed, reader, console, TimeProvider.System, cancellationToken);
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Interrupted;
        }
    }
}
