using System.Globalization;

namespace Sentinel.Benchmarks.Processes;

/// <summary>What the kernel accounts to a process.</summary>
internal static class ProcessStat
{
    // USER_HZ: 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of all its threads, in microseconds; the kernel counts in steps of 10 ms.</summary>
    public static double CpuUs(int pid) => CpuUs($"/proc/{pid}/stat");

    /// <summary>The part of it that the runtime's tiered compiler took.</summary>
    public static double CompilerCpuUs(int pid) =>
        Directory.EnumerateDirectories($"/proc/{pid}/task").Where(IsCompiler).Sum(task => CpuUs($"{task}/stat"));

    // The kernel keeps fifteen characters of a thread's name.
    private static bool IsCompiler(string task) =>
        File.ReadAllText($"{task}/comm").StartsWith(".NET Tiered Com", StringComparison.Ordinal);

    private static double CpuUs(string statPath)
    {
        // The name in parentheses may hold blanks: fields count from behind it, utime and stime are the 14th and 15th.
        var text = File.ReadAllText(statPath);
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture)
            + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return ticks / TicksPerSecond * 1e6;
    }

    public static double RssMegabytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
    }
}
