using System.Globalization;
using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Runs a verb as a person does, on a terminal of so many columns.</summary>
internal static class Terminal
{
    /// <summary>What it printed, once it has ended.</summary>
    public static async Task<string> RunAsync(AuditStores stores, string command, int columns, bool noColor)
    {
        await using var process = Start(stores, command, columns, noColor);
        await process.WaitForExitAsync();
        // The runtime itself switches the keypad on before a program's first word.
        return process.Output
            .Replace("\r", "", StringComparison.Ordinal)
            .Replace("\u001b[?1h\u001b=", "", StringComparison.Ordinal);
    }

    /// <summary>Leaves it running; a carriage return ends a line of its output too.</summary>
    public static ChildProcess Start(AuditStores stores, string command, int columns = 100, bool noColor = true)
    {
        Requires.Terminal();
        var program = Artifacts.Built("Sentinel.Gateway", "sentinel.dll");
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var environment = new Dictionary<string, string?>(stores.Environment)
        {
            ["TERM"] = "xterm",
            ["NO_COLOR"] = noColor ? "1" : null,
        };
        var line = string.Create(
            CultureInfo.InvariantCulture, $"stty cols {columns}; exec '{dotnet}' '{program}' {command}");
        return ChildProcess.Start("script", ["-qec", line, "/dev/null"], environment, stores.Folder);
    }
}
