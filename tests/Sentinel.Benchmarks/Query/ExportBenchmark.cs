using System.Globalization;
using Sentinel.Benchmarks.Load;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Query;

/// <summary>How fast the executable writes everything to a file, and in how much memory.</summary>
internal static class ExportBenchmark
{
    public static async Task RunAsync(string url, int rows)
    {
        using var folder = new TemporaryFolder();
        var config = new ProxyConfig()
            .Backend(ToolCallBytes.Backend, new Uri("http://127.0.0.1:9/")).Anonymous().AuditToPostgres()
            .WriteTo(folder);
        await Console.Out.WriteLineAsync("\n| export | time | calls/s | file | peak RSS |\n|---|---|---|---|---|");
        foreach (var format in new[] { "--json", "--csv" })
        {
            var path = folder.File("export" + format);
            var startedAt = TimeProvider.System.GetTimestamp();
            await using var process = GatewayProcess.Start(
                ["audit", "export", "--config", config, format, "--output", path],
                new Dictionary<string, string?> { ["DATABASE_URL"] = url });
            var peak = await PeakAsync(process);
            var seconds = TimeProvider.System.GetElapsedTime(startedAt).TotalSeconds;
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"| {format} | {seconds:F1} s | {rows / seconds:N0} | {new FileInfo(path).Length / 1e6:N0} MB "
                + $"| {peak / 1024.0 / 1024:F0} MB |"));
        }
    }

    private static async Task<long> PeakAsync(ChildProcess process)
    {
        var (exitCode, peak) = await ProcessMemory.PeakUntilExitAsync(process, TimeSpan.FromMinutes(30));
        return exitCode == 0 ? peak : throw new InvalidOperationException(process.Output);
    }
}
