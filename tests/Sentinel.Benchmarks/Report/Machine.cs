using System.Diagnostics;
using System.Globalization;
using Sentinel.Benchmarks.Processes;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Report;

/// <summary>What the numbers were measured on, as the kernel and the programs state it.</summary>
internal static class Machine
{
    public static string Today => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Describe()
    {
        var model = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        var load = File.ReadAllText("/proc/loadavg").Trim();
        return $"{Environment.ProcessorCount} cores, {model?.Split(':')[1].Trim()}, Linux {kernel}, "
            + $".NET {Environment.Version}; load average before the run: {load}";
    }

    /// <summary>The versions of the programs that are compared, in one line.</summary>
    public static string Versions()
    {
        var yarp = typeof(Yarp.ReverseProxy.Configuration.RouteConfig).Assembly.GetName().Version!;
        List<string> versions = [$"YARP {yarp.ToString(3)}"];
        versions.AddRange(FirstLine(NativeProxy.Find("nginx"), "-v") is { } nginx ? [nginx] : []);
        versions.AddRange(FirstLine(NativeProxy.Find("haproxy"), "-v") is { } haproxy ? [haproxy.Split(" - ")[0]] : []);
        var postgres = PostgresServer.FindBinaries() is { } folder ? Path.Combine(folder, "postgres") : null;
        versions.AddRange(FirstLine(postgres, "--version") is { } server ? [server] : []);
        return string.Join(", ", versions);
    }

    /// <summary>How long a process has been running, to 10 ms.</summary>
    public static double SecondsSinceStartOf(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return (TimeProvider.System.GetUtcNow().UtcDateTime - process.StartTime.ToUniversalTime()).TotalSeconds;
    }

    private static string? FirstLine(string? program, string argument)
    {
        if (program is null)
        {
            return null;
        }

        using var process = Process.Start(new ProcessStartInfo(program, [argument])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEnd(), process.StandardError.ReadToEnd());
        return (output + errors).Split('\n')[0].Trim();
    }
}
