using System.Diagnostics;
using System.Globalization;

namespace Sentinel.Tests.Shared;

/// <summary>The real client program, as a person at a terminal uses it.</summary>
public static class Psql
{
    /// <summary>Runs one command, an SQL one or one of psql's own.</summary>
    /// <returns>What it printed, as bytes.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message has its errors.</exception>
    public static async Task<byte[]> RunAsync(
        PostgresServer server,
        string database,
        string command,
        params string[] options)
    {
        var program = Path.Combine(PostgresServer.FindBinaries()!, "psql");
        var startInfo = new ProcessStartInfo(
            program,
            [
                "-X", "-v", "ON_ERROR_STOP=1", "-P", "pager=off", "-h", "127.0.0.1",
                "-p", server.Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-d", database,
                "-c", command, .. options,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        startInfo.Environment["PGCLIENTENCODING"] = "UTF8";
        startInfo.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(startInfo)!;
        using var output = new MemoryStream();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output.ToArray()
            : throw new InvalidOperationException($"psql ended with {process.ExitCode}: {await errors}");
    }
}
