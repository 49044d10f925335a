using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;

namespace Sentinel.Gateway.Management;

/// <summary>What is measured of the process itself, under the names that Prometheus' own clients use.</summary>
internal sealed class ReplicaMetrics
{
    private const string OpenFiles = "/proc/self/fd";
    private const string Limits = "/proc/self/limits";

    public ReplicaMetrics(DrainState drain, IMeterFactory meters)
    {
        var meter = meters.Create("Sentinel.Gateway");
        meter.CreateObservableGauge(
            "sentinel.draining", () => drain.IsDraining ? 1 : 0, null, "1 while this replica is on its way out.");
        meter.CreateObservableGauge(
            "sentinel.build.info",
            () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", Version)),
            null,
            "Always 1; its label is what counts.");
        meter.CreateObservableCounter(
            "process.cpu.seconds",
            () => Environment.CpuUsage.TotalTime.TotalSeconds,
            "s",
            "Processor time that the process has used.");
        meter.CreateObservableGauge(
            "process.resident_memory.bytes", () => Environment.WorkingSet, "By", "Resident memory of the process.");
        meter.CreateObservableGauge(
            "process.start_time.seconds", () => StartedAt, "s", "When the process started, in seconds since 1970.");
        meter.CreateObservableGauge(
            "process.open_fds", CountOpenFiles, "{file}", "Open files and sockets; only on Linux.");
        meter.CreateObservableGauge(
            "process.max_fds", ReadOpenFilesMax, "{file}", "How many it may have open; only on Linux.");
    }

    /// <summary>The version of this build, without its commit.</summary>
    public static string Version { get; } =
        typeof(ReplicaMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    private static double StartedAt { get; } = ReadStart();

    private static double ReadStart()
    {
        using var process = Process.GetCurrentProcess();
        return (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
    }

    private static IEnumerable<Measurement<long>> CountOpenFiles()
    {
        if (Directory.Exists(OpenFiles))
        {
            yield return new Measurement<long>(Directory.EnumerateFileSystemEntries(OpenFiles).LongCount());
        }
    }

    private static IEnumerable<Measurement<long>> ReadOpenFilesMax()
    {
        const string Name = "Max open files";
        var line = File.Exists(Limits)
            ? File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal))
            : null;
        var soft = line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        if (long.TryParse(soft, CultureInfo.InvariantCulture, out var max))
        {
            yield return new Measurement<long>(max);
        }
    }
}
