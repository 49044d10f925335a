using System.CommandLine;
using System.Globalization;
using Sentinel.Audit;
using Sentinel.Audit.Journal;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary><c>sentinel audit recover</c>: what a dead instance's journal still holds, into the store.</summary>
internal static class RecoverCommand
{
    private static readonly Argument<string> Journal = new("PATH")
    {
        Description = "A journal's folder, or the folder that holds journals.",
    };

    public static Command Create()
    {
        var command = new Command("recover", "Write what a dead instance's journal still holds to the store.")
        {
            Journal,
            SharedOptions.Config,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetRequiredValue(Journal),
            result.GetRequiredValue(SharedOptions.Config),
            result.InvocationConfiguration,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string journal,
        string config,
        InvocationConfiguration console,
        CancellationToken cancellationToken)
    {
        try
        {
            var environment = ProcessEnvironment.Read();
            var audit = (await ConfigurationSource.LoadAsync(config, environment, cancellationToken))
                .Current.Sentinel.Audit;
            var reports = await AbandonedJournals.RecoverAsync(
                journal, audit, name => environment.GetValueOrDefault(name), cancellationToken);
            foreach (var report in reports)
            {
                if (report.Fault is { } fault)
                {
                    await console.Error.WriteLineAsync($"{report.Path} could not be written whole: {fault}");
                    continue;
                }

                await console.Output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{report.Path}: {report.Rows} rows written, {report.Crashed} of them gateway_crashed; "
                    + $"{report.MissingRows} rows lost in {report.DamagedBytes} damaged bytes"));
            }

            return reports.All(report => report is { MissingRows: 0, Fault: null }) ? 0 : 1;
        }
        catch (ConfigurationException exception)
        {
            await CheckCommand.WriteFaultsAsync(exception.Faults, console.Error);
        }
        catch (Exception e) when (e is AuditConfigurationException or JournalRecoveryException or IOException
            or UnauthorizedAccessException)
        {
            await console.Error.WriteLineAsync(e.Message);
        }

        return 1;
    }
}
