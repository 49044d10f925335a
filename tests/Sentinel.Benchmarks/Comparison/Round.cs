using System.Net.Sockets;
using Sentinel.Benchmarks.Figures;
using Sentinel.Benchmarks.Load;
using Sentinel.Benchmarks.Processes;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>What one round measured of one contender; times in microseconds, sizes a call in bytes.</summary>
internal sealed record Round(
    int Calls,
    double UserUs,
    double SystemUs,
    double PerSecond,
    double P50Us,
    double P99Us,
    double P999Us,
    double Switches,
    double? AllocatedBytes,
    double RssMegabytes,
    double PeakMegabytes,
    double GeneratorUs,
    double LatenessP99Us)
{
    // What a process still does for calls that are answered is its work all the same.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(100);

    public double CpuUs => UserUs + SystemUs;

    public static async Task<Round> MeasureAsync(Contender contender, Shape shape, TimeSpan duration)
    {
        var allocated = await AllocatedAsync(contender);
        var before = ProcessStat.Of(contender.Pids);
        var run = await RunAsync(contender, shape, duration);
        contender.Calls += run.Calls;
        await Task.Delay(Settling);
        if (contender.Audit is { } audit)
        {
            await audit.QuiesceAsync(contender.Calls);
        }

        var after = ProcessStat.Of(contender.Pids);
        return new Round(
            run.Calls,
            (after.UserUs - before.UserUs) / run.Calls,
            (after.SystemUs - before.SystemUs) / run.Calls,
            run.Calls / run.Elapsed.TotalSeconds,
            Quantile.Of(run.LatenciesUs, 0.5),
            Quantile.Of(run.LatenciesUs, 0.99),
            Quantile.Of(run.LatenciesUs, 0.999),
            (double)after.SwitchesSince(before) / run.Calls,
            (await AllocatedAsync(contender) - allocated) / run.Calls,
            after.RssMegabytes,
            after.PeakMegabytes,
            run.GeneratorCpuUs,
            run.LatenessUs.Count > 0 ? Quantile.Of(run.LatenessUs, 0.99) : 0);
    }

    /// <summary>
    /// Calls it until the tiered compiler rests, which on a busy machine takes longer than any fixed time; what is not
    /// compiled while it runs is called for one round.
    /// </summary>
    public static async Task WarmUpAsync(Contender contender, Shape shape, TimeSpan duration, int roundsMax)
    {
        var roundsMin = contender.IsManaged ? 3 : 1;
        var isResting = !contender.IsManaged;
        for (var i = 0; i < roundsMax && (i < roundsMin || !isResting); i++)
        {
            var pid = contender.Pids[0];
            var compiler = contender.IsManaged ? ProcessStat.CompilerCpuUs(pid) : 0;
            await MeasureAsync(contender, shape, duration);
            isResting = !contender.IsManaged
                || ProcessStat.CompilerCpuUs(pid) - compiler <= 0.02 * duration.TotalMicroseconds;
        }
    }

    private static async Task<LoadRun> RunAsync(Contender contender, Shape shape, TimeSpan duration)
    {
        try
        {
            return await LoadRun.RunAsync(contender.Endpoints, contender.Credential, shape, duration);
        }
        catch (Exception exception) when (exception is InvalidOperationException or SocketException)
        {
            throw new InvalidOperationException($"{contender.Name}, {shape.Name}: {exception.Message}", exception);
        }
    }

    private static async Task<double?> AllocatedAsync(Contender contender) =>
        contender.Allocated is { } ask ? await ask() : null;
}
