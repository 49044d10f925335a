using System.CommandLine;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Rbac;

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

    /// <summary>Asks with the policy that proxy.json has, and gives the exit code.</summary>
    public delegate Task<int> AskByPolicy(
        AccessPolicy policy,
        IAuditReader reader,
        AuditConsole console,
        CancellationToken cancellationToken);

    /// <summary>What a verb does that has <c>--config</c>.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="ask">What it asks.</param>
    /// <param name="timeout">How long the store may work on one step; as long as it takes unless given.</param>
    public static void SetAction(Command command, Ask ask, TimeSpan? timeout = null) =>
        SetAction(command, (parsed, environment, console, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(SharedOptions.Config),
            (_, reader, _, token) => ask(parsed, reader, console, TimeProvider.System, token),
            environment,
            console,
            cancellationToken,
            timeout));

    /// <summary>What a verb does that calls <see cref="RunAsync"/> itself.</summary>
    public static void SetAction(
        Command command,
        Func<ParseResult, IReadOnlyDictionary<string, string>, AuditConsole, CancellationToken, Task<int>> run) =>
        command.SetAction((parsed, cancellationToken) =>
        {
            var environment = ProcessEnvironment.Read();
            return run(parsed, environment, AuditConsole.OfProcess(environment), cancellationToken);
        });

    /// <summary>Asks the store that a proxy.json names; Ctrl+C ends the store's work too.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        string config,
        AskByPolicy ask,
        IReadOnlyDictionary<string, string> environment,
        AuditConsole console,
        CancellationToken cancellationToken,
        TimeSpan? timeout = null)
    {
        using var interruption = new Interruption(cancellationToken);
        try
        {
            var exitCode = await AskAsync(
                config, ask, timeout ?? Timeout.InfiniteTimeSpan, environment, console, interruption.Token);
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
        string config,
        AskByPolicy ask,
        TimeSpan timeout,
        IReadOnlyDictionary<string, string> environment,
        AuditConsole console,
        CancellationToken cancellationToken)
    {
        try
        {
            return await AnsweringCommand.AnswerAsync(console.Error, async () =>
            {
                var source = await ConfigurationSource.LoadAsync(config, environment, cancellationToken);
                await using var reader = AuditReader.Open(
                    source.Current.Sentinel.Audit, environment.GetValueOrDefault, timeout);
                return await ask(source.Current.Policy, reader, console, cancellationToken);
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Interrupted;
        }
    }
}
