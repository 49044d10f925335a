using System.CommandLine;
using System.Globalization;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Cli;

/// <summary><c>sentinel check</c>: every fault of proxy.json, before it is put to use.</summary>
internal static class CheckCommand
{
    private static readonly Option<bool> Live = new("--live")
    {
        Description = "Also connect to every backend as an MCP client, and to the audit store.",
    };

    public static Command Create()
    {
        var command = new Command("check", "Validate proxy.json and print every fault with its JSON path.")
        {
            SharedOptions.Config,
            Live,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetRequiredValue(SharedOptions.Config),
            result.GetValue(Live),
            ProcessEnvironment.Read(),
            result.InvocationConfiguration.Output,
            result.InvocationConfiguration.Error,
            cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(
        string path,
        bool isLive,
        IReadOnlyDictionary<string, string> environment,
        TextWriter output,
        TextWriter error,
        CancellationToken cancellationToken)
    {
        ConfigurationSnapshot snapshot;
        try
        {
            snapshot = (await ConfigurationSource.LoadAsync(path, environment, cancellationToken)).Current;
        }
        catch (ConfigurationException e)
        {
            await WriteFaultsAsync(e.Faults, error);
            return 1;
        }

        foreach (var warning in snapshot.Warnings)
        {
            await output.WriteLineAsync($"warning: {warning}");
        }

        await output.WriteLineAsync(Summarize(path, snapshot));
        if (!isLive)
        {
            return 0;
        }

        // Both run, so that one report shows everything.
        var areBackendsWell = await LiveBackendCheck.RunAsync(
            snapshot, output, cancellationToken);
        var isStoreWell = await LiveStoreCheck.RunAsync(
            snapshot.Sentinel.Audit, environment, output, cancellationToken);
        return areBackendsWell && isStoreWell ? 0 : 1;
    }

    internal static async Task WriteFaultsAsync(IReadOnlyList<ConfigurationFault> faults, TextWriter error)
    {
        foreach (var fault in faults)
        {
            await error.WriteLineAsync(fault.ToString());
        }

        await error.WriteLineAsync(Count(faults.Count, "fault"));
    }

    private static string Summarize(string path, ConfigurationSnapshot snapshot)
    {
        var sentinel = snapshot.Sentinel;
        string[] parts =
        [
            Count(snapshot.Routes.Count, "route"),
            Count(snapshot.Clusters.Count, "backend"),
            Count(sentinel.Authentication!.ApiKeys.Count, "API key"),
            Count(sentinel.Rbac.Roles.Count, "role"),
            sentinel.Authentication.Anonymous is null ? "no anonymous access" : "ANONYMOUS ACCESS",
            sentinel.Audit.Enabled ? $"audit {sentinel.Audit.Guarantee} to {sentinel.Audit.Store}" : "AUDIT OFF",
            Count(snapshot.Warnings.Count, "warning"),
        ];
        return $"{Path.GetFileName(path)} is valid: {string.Join(", ", parts)}";
    }

    private static string Count(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
