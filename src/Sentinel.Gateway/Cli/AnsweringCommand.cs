using System.CommandLine;
using Sentinel.Audit;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Cli;

/// <summary>A verb that answers by its exit code: 0 and 1 are answers, 2 says that there is none.</summary>
internal sealed class AnsweringCommand(string name, string description) : Command(name, description)
{
    public const int NoAnswer = 2;

    /// <summary>Wrong usage gives no answer either, where other verbs end with 1.</summary>
    public static int ExitCode(ParseResult parsed, int exitCode) =>
        parsed.Errors.Count > 0 && parsed.CommandResult.Command is AnsweringCommand ? NoAnswer : exitCode;

    /// <summary>Asks, and says what stood in the way where configuration or audit store give no answer.</summary>
    public static async Task<int> AnswerAsync(TextWriter error, Func<Task<int>> ask)
    {
        try
        {
            return await ask();
        }
        catch (ConfigurationException exception)
        {
            await CheckCommand.WriteFaultsAsync(exception.Faults, error);
        }
        catch (Exception exception) when (exception is AuditReadException or AuditConfigurationException)
        {
            await error.WriteLineAsync(exception.Message);
        }

        return NoAnswer;
    }
}
