using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Runs a verb that is expected to end by itself.</summary>
internal static class Cli
{
    public static async Task<(int ExitCode, string Output)> RunAsync(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null
    )
    {
        await using var process = GatewayProcess.Start(arguments, environment, workingDirectory);
        var exitCode = await process.WaitForExitAsync();
        return (exitCode, process.Output);
    }
}
