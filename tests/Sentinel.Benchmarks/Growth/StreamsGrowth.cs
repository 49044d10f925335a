using System.Globalization;
using Sentinel.Benchmarks.Comparison;
using Sentinel.Benchmarks.Load;
using Sentinel.Benchmarks.Processes;
using Sentinel.Benchmarks.Report;

namespace Sentinel.Benchmarks.Growth;

/// <summary>
/// Sessions that nobody uses and streams on which nothing is said: what they hold, and what a call costs beside them.
/// </summary>
internal static class StreamsGrowth
{
    // A proxy has two sockets for each stream, and others besides.
    private const int OtherHandles = 400;

    public static async Task<GrowthTable> RunAsync(Field field, GrowthOptions options)
    {
        await field.AddYarpAsync(Lineup.Yarp);
        await field.AddSentinelAsync(
            Lineup.Bare, new GatewayStep(KnowsCallers: true, GatewayStep.ManyRoles), ToolCallBytes.ApiKeyHeader);
        await RotatingRounds.WarmUpAsync(field.Contenders, Shapes.Small, options.Speed);

        // Before the streams, whose memory goes back while it is waited for.
        var sessions = await SessionsAsync(field.Contenders[1], options.Largest);
        var handles = HandlesMax();
        var most = (handles - OtherHandles) / 2;
        var table = new MarkdownTable(
            "idle streams", "YARP, a stream", "Sentinel, a stream", "YARP, CPU per call", "beside none",
            "Sentinel, CPU per call", "beside none");
        var kilobytes = 0.0;
        foreach (var size in options.Sizes(from: 100).Select(size => Math.Min(size, most)))
        {
            var yarp = await WeighAsync(field.Contenders[0], size, options);
            var sentinel = await WeighAsync(field.Contenders[1], size, options);
            kilobytes = sentinel.Kilobytes;
            table.Add(
                size.ToString("N0", CultureInfo.InvariantCulture),
                Invariant($"{yarp.Kilobytes:F1} KB"),
                Invariant($"{sentinel.Kilobytes:F1} KB"),
                Invariant($"{yarp.CpuUs:F1} µs"),
                Invariant($"× {yarp.Ratio:F3}"),
                Invariant($"{sentinel.CpuUs:F1} µs"),
                Invariant($"× {sentinel.Ratio:F3}"));
        }

        return new GrowthTable(
            Invariant($"**Idle streams**; a process may have {handles:N0} handles here, and so {most:N0} streams:")
            + $"\n\n{table}\n"
            + Invariant($"{options.Largest:N0} sessions without a stream add {sessions:F1} MB to the gateway.\n"),
            (Goal.Stream, kilobytes, Invariant($"{Math.Min(options.Largest, most):N0} of them")));
    }

    private static async Task<(double Kilobytes, double CpuUs, double Ratio)> WeighAsync(
        Contender contender,
        int size,
        GrowthOptions options)
    {
        var alone = await RotatingRounds.MeasureAsync([contender], Shapes.Small, options.Rounds, options.Duration);
        var before = ProcessStat.Of(contender.Pids).RssMegabytes;
        await using var streams = await IdleStreams.OpenAsync(contender, size);
        var grown = ProcessStat.Of(contender.Pids).RssMegabytes - before;
        var beside = await RotatingRounds.MeasureAsync([contender], Shapes.Small, options.Rounds, options.Duration);
        var cpu = beside.Median(contender.Name, round => round.CpuUs);
        return (grown * 1024 / size, cpu, cpu / alone.Median(contender.Name, round => round.CpuUs));
    }

    private static async Task<double> SessionsAsync(Contender contender, int count)
    {
        using var http = new HttpClient();
        await IdleStreams.OpenSessionAsync(http, contender.Endpoint);
        var before = ProcessStat.Of(contender.Pids).RssMegabytes;
        for (var i = 0; i < count; i++)
        {
            await IdleStreams.OpenSessionAsync(http, contender.Endpoint);
        }

        return ProcessStat.Of(contender.Pids).RssMegabytes - before;
    }

    // The runtime raises the soft limit to the hard one when it starts.
    private static int HandlesMax()
    {
        var line = File.ReadLines("/proc/self/limits")
            .Single(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        var hard = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        return int.TryParse(hard, CultureInfo.InvariantCulture, out var most) ? most : int.MaxValue;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
