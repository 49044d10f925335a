using System.Globalization;

namespace Sentinel.Tests.Shared;

/// <summary>How much memory a process has had at once, as Linux counts it.</summary>
public sealed class ProcessMemory(int pid)
{
    private const string Peak = "VmHWM:";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>The exit code of a process, and the most memory it has had; Linux forgets that when it ends.</summary>
    public static async Task<(int ExitCode, long PeakBytes)> PeakUntilExitAsync(ChildProcess process, TimeSpan deadline)
    {
        var memory = new ProcessMemory(process.Id);
        var exit = process.WaitForExitAsync(deadline);
        var peak = 0L;
        while (!exit.IsCompleted)
        {
            try
            {
                peak = Math.Max(peak, memory.PeakBytes);
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException)
            {
                // It has just ended.
            }

            // Measured again and again, since nobody tells before it ends.
            await Task.WhenAny(exit, Task.Delay(Interval));
        }

        return (await exit, peak);
    }

    /// <summary>The largest resident size since the process started or <see cref="ForgetPeak"/>, in bytes.</summary>
    public long PeakBytes
    {
        get
        {
            // A line like "VmHWM:	  123456 kB".
            var line = File.ReadLines($"/proc/{pid}/status").Single(l => l.StartsWith(Peak, StringComparison.Ordinal));
            return long.Parse(line[Peak.Length..^"kB".Length], CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>Lets the peak begin anew from what is resident now, where that is permitted.</summary>
    public void ForgetPeak()
    {
        try
        {
            File.WriteAllText($"/proc/{pid}/clear_refs", "5");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The peak then still holds what the process needed to start: a bound on its growth is only less sharp.
        }
    }
}
