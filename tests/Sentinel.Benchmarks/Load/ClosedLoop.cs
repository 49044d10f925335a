using Sentinel.Benchmarks.Calls;
using Sentinel.Benchmarks.Processes;

namespace Sentinel.Benchmarks.Load;

/// <summary>What one round measured.</summary>
internal sealed record Round(int Calls, double CpuUs, double PerSecond, double P50Us, double P99Us, double RssMegabytes);

/// <summary>The load: so many connections, each with one call under way at most.</summary>
internal static class ClosedLoop
{
    private const int Connections = 32;

    // What a process still does for calls that are answered, such as writing their rows, is its work all the same.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    /// <param name="target">The proxy.</param>
    /// <param name="pid">The process whose CPU time counts.</param>
    /// <param name="duration">After this long no call is begun.</param>
    /// <param name="credential">The header line that says who calls; null sends none.</param>
    /// <param name="perSecond">
    /// How many calls fall due in a second, whatever the answers do; null begins each when the one before has ended.
    /// </param>
    public static async Task<Round> RunAsync(
        Uri target,
        int pid,
        TimeSpan duration,
        string? credential = ToolCallBytes.ApiKeyHeader,
        int? perSecond = null)
    {
        var connections = Enumerable.Range(0, Connections).Select(_ => new Connection(target, credential)).ToList();
        try
        {
            foreach (var connection in connections)
            {
                await connection.ConnectAsync();
            }

            var cpu = ProcessStat.CpuUs(pid);
            var started = TimeProvider.System.GetTimestamp();
            await Task.WhenAll(connections.Select((connection, i) => connection.RunAsync(
                () => TimeProvider.System.GetElapsedTime(started) >= duration,
                perSecond is { } rate ? Pace.Of(rate, Connections, i) : null)));
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            await Task.Delay(Settling);
            cpu = ProcessStat.CpuUs(pid) - cpu;

            var latencies = connections.SelectMany(connection => connection.LatenciesUs).Order().ToList();
            return new Round(
                latencies.Count,
                cpu / latencies.Count,
                latencies.Count / elapsed.TotalSeconds,
                latencies[latencies.Count / 2],
                latencies[(int)(latencies.Count * 0.99)],
                ProcessStat.RssMegabytes(pid));
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }
}
