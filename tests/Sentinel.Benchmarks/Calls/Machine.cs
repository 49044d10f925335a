namespace Sentinel.Benchmarks.Calls;

/// <summary>What the numbers were measured on, as the kernel states it.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        var load = File.ReadAllText("/proc/loadavg").Trim();
        return $"{Environment.ProcessorCount} cores, {model?.Split(':')[1].Trim()}, Linux {kernel}, "
            + $".NET {Environment.Version}; load average before the run: {load}";
    }
}
