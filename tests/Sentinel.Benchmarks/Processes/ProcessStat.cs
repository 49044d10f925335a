using System.Globalization;

namespace Sentinel.Benchmarks.Processes;

/// <summary>What the kernel has accounted to one process, or several together.</summary>
/// <param name="UserUs">Time in user mode, in microseconds; the kernel counts in steps of 10 ms.</param>
/// <param name="SystemUs">Time in the kernel on its behalf, likewise.</param>
/// <param name="Switches">How often each of its threads that live gave up a core or had to.</param>
/// <param name="RssMegabytes">What is resident now; pages that processes share count for each of them.</param>
/// <param name="PeakMegabytes">The most that ever was.</param>
internal readonly record struct ProcessStat(
    double UserUs,
    double SystemUs,
    IReadOnlyDictionary<string, long>? Switches,
    double RssMegabytes,
    double PeakMegabytes)
{
    // USER_HZ: 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    public double CpuUs => UserUs + SystemUs;

    public static ProcessStat Of(params IReadOnlyList<int> pids)
    {
        var switches = new Dictionary<string, long>(StringComparer.Ordinal);
        var sum = default(ProcessStat) with { Switches = switches };
        foreach (var pid in pids)
        {
            var (user, system) = CpuUsOf($"/proc/{pid}/stat");
            AddSwitches(pid, switches);
            sum = new ProcessStat(
                sum.UserUs + user,
                sum.SystemUs + system,
                switches,
                sum.RssMegabytes + Megabytes(pid, "VmRSS:"),
                sum.PeakMegabytes + Megabytes(pid, "VmHWM:"));
        }

        return sum;
    }

    /// <summary>How often its threads have been switched since; of threads that have ended nothing is known.</summary>
    public long SwitchesSince(ProcessStat earlier) => Switches!.Sum(own =>
        own.Value - earlier.Switches!.GetValueOrDefault(own.Key));

    /// <summary>The CPU time that the runtime's tiered compiler took, in microseconds.</summary>
    public static double CompilerCpuUs(int pid) => Directory.EnumerateDirectories($"/proc/{pid}/task")
        .Where(IsCompiler)
        .Select(task => CpuUsOf($"{task}/stat"))
        .Sum(cpu => cpu.User + cpu.System);

    public static double RssMegabytesOf(int pid) => Megabytes(pid, "VmRSS:");

    /// <summary>The processes that a process started, and those that they did.</summary>
    public static IReadOnlyList<int> Descendants(int pid)
    {
        var children = Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(other => ParentOf(other) == pid)
            .ToList();
        return [.. children, .. children.SelectMany(Descendants)];
    }

    // The kernel keeps fifteen characters of a thread's name.
    private static bool IsCompiler(string task) =>
        File.ReadAllText($"{task}/comm").StartsWith(".NET Tiered Com", StringComparison.Ordinal);

    private static (double User, double System) CpuUsOf(string statPath)
    {
        var fields = Fields(statPath);
        return (Us(fields[11]), Us(fields[12]));

        static double Us(string ticks) => long.Parse(ticks, CultureInfo.InvariantCulture) / TicksPerSecond * 1e6;
    }

    private static int ParentOf(int pid)
    {
        try
        {
            return int.Parse(Fields($"/proc/{pid}/stat")[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return 0;
        }
    }

    // The name in parentheses may hold blanks: fields count from behind it, so that utime, the 14th, is at 11.
    private static string[] Fields(string statPath)
    {
        var text = File.ReadAllText(statPath);
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static void AddSwitches(int pid, Dictionary<string, long> switches)
    {
        foreach (var task in Directory.EnumerateDirectories($"/proc/{pid}/task"))
        {
            try
            {
                switches[task] = File.ReadLines($"{task}/status")
                    .Where(line => line.Contains("voluntary_ctxt_switches:", StringComparison.Ordinal))
                    .Sum(line => long.Parse(line.Split(':')[1], CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                // The thread has ended meanwhile.
            }
        }
    }

    private static double Megabytes(int pid, string name)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        var kilobytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kilobytes, CultureInfo.InvariantCulture) / 1024.0;
    }
}
