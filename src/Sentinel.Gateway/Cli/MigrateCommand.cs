using System.CommandLine;
using Npgsql;
using Sentinel.Audit;
using Sentinel.Audit.Migrations;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Cli;

/// <summary><c>sentinel migrate</c>: the audit schema brought up to date, without the gateway.</summary>
internal static class MigrateCommand
{
    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Only print what would run; change nothing.",
    };

    public static Command Create()
    {
        var command = new Command("migrate", "Bring the audit schema in PostgreSQL up to date and exit.")
        {
            SharedOptions.Config,
            DryRun,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetRequiredValue(SharedOptions.Config),
            result.GetValue(DryRun),
            result.InvocationConfiguration,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string path,
        bool isDryRun,
        InvocationConfiguration console,
        CancellationToken cancellationToken)
    {
        try
        {
            var environment = ProcessEnvironment.Read();
            var configuration = await ConfigurationSource.LoadAsync(path, environment, cancellationToken);
            var variable = configuration.Current.Sentinel.Audit.Postgres.UrlEnv;
            if (!environment.TryGetValue(variable, out var url) || url.Length == 0)
            {
                await console.Error.WriteLineAsync(
                    $"{variable} is not set; set it to postgres://user:password@host:port/database.");
                return 1;
            }

            await using var runner = new MigrationRunner(url);
            await PrintAsync(await runner.RunAsync(isDryRun, cancellationToken), console.Output);
            return 0;
        }
        catch (ConfigurationException exception)
        {
            await CheckCommand.WriteFaultsAsync(exception.Faults, console.Error);
        }
        catch (Exception e) when (e is AuditConfigurationException or SchemaException or NpgsqlException)
        {
            await console.Error.WriteLineAsync(e.GetBaseException() is { } inner && inner != e
                ? $"{e.Message} ({inner.Message})"
                : e.Message);
        }

        return 1;
    }

    private static async Task PrintAsync(MigrationResult result, TextWriter output)
    {
        foreach (var script in result.Scripts)
        {
            await output.WriteLineAsync(result.DryRun ? $"DryRun '{script}'" : $"Ran '{script}'");
        }

        await output.WriteLineAsync(result.Scripts.Count == 0
            ? $"No sql run: the schema is at version {result.Version}."
            : $"Version {result.Version}: {result.Scripts.Count} script(s){(result.DryRun ? " would run" : "")}.");
    }
}
