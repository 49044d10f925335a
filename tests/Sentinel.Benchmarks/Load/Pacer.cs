using System.Runtime.InteropServices;
using System.Threading.Channels;
using Sentinel.Benchmarks.Figures;

namespace Sentinel.Benchmarks.Load;

/// <summary>
/// A thread that begins calls at the instants of a schedule, one connection after the other. The runtime's timers go by
/// milliseconds, which is longer than a call takes; the kernel's sleep is exact to some tens of microseconds.
/// </summary>
internal sealed class Pacer
{
    private readonly Channel<long>[] _connections;

    public Pacer(int connections) => _connections =
    [
        .. Enumerable.Range(0, connections).Select(_ => Channel.CreateUnbounded<long>(new UnboundedChannelOptions
        {
            // An idle connection sends on this thread, at once.
            AllowSynchronousContinuations = true,
            SingleReader = true,
            SingleWriter = true,
        })),
    ];

    /// <summary>When a connection's calls fall due; ends with the schedule.</summary>
    public ChannelReader<long> DueOf(int connection) => _connections[connection].Reader;

    /// <summary>Begins the thread; the readers' end is its own.</summary>
    public void Start(Schedule schedule, long calls) =>
        new Thread(() => Run(schedule, calls)) { IsBackground = true, Name = "Pacer" }.Start();

    private void Run(Schedule schedule, long calls)
    {
        for (var call = 0L; call < calls; call++)
        {
            var dueAt = schedule.DueAt(call);
            for (var wait = Wait(dueAt); wait > TimeSpan.Zero; wait = Wait(dueAt))
            {
                Sleep(wait);
            }

            _connections[call % _connections.Length].Writer.TryWrite(dueAt);
        }

        foreach (var connection in _connections)
        {
            connection.Writer.Complete();
        }
    }

    private static TimeSpan Wait(long dueAt) =>
        TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), dueAt);

    private static void Sleep(TimeSpan time)
    {
        var duration = new Timespec(time.Ticks / TimeSpan.TicksPerSecond, time.Ticks % TimeSpan.TicksPerSecond * 100);
        _ = NanoSleep(in duration, 0);
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NanoSleep(in Timespec duration, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Timespec(long Seconds, long Nanoseconds);
}
