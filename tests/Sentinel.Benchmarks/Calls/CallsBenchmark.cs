using System.Globalization;
using Sentinel.Benchmarks.Load;
using Sentinel.Benchmarks.Processes;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Calls;

/// <summary>CPU time, throughput and latency of a tools/call through the gateway, against bare YARP in the same minute.</summary>
internal static class CallsBenchmark
{
    private const int WarmUpRoundsMin = 5;
    private const int WarmUpRoundsMax = 12;
    private static readonly TimeSpan WarmUpRound = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(CallsOptions options)
    {
        await WriteAsync($"{Machine.Describe()}\n");
        await using var backend = await Opponent.StartAsync("backend");
        await using var yarp = await Opponent.StartAsync("yarp", backend.Url.AbsoluteUri);
        await using var postgres = options.Steps.Any(NeedsPostgres) && PostgresServer.FindBinaries() is not null
            ? await PostgresServer.CreateAsync(fsync: options.Steps.Contains(GuaranteesStep.Name))
            : null;
        await WarmUpAsync(yarp.Url, yarp.Process.Id);
        await WriteAsync(
            """
            | audit | CPU per call, YARP | Sentinel | ratio, median | of pairs | calls/s | p50 | p99 | RSS | dropped |
            |---|---|---|---|---|---|---|---|---|---|
            """);
        foreach (var step in options.Steps.Where(IsAuditStep).Where(step => postgres is not null || !NeedsPostgres(step)))
        {
            await WriteAsync(await RunStepAsync(step, backend.Url, yarp, postgres, options));
        }

        if (options.Steps.Contains(GuaranteesStep.Name) && postgres is not null)
        {
            await WriteAsync("\n" + await GuaranteesStep.RunAsync(backend.Url, postgres, options));
        }

        if (options.Steps.Contains(CredentialsStep.Name))
        {
            await WriteAsync("\n" + await CredentialsStep.RunAsync(backend.Url, options));
        }

        return 0;
    }

    private static bool IsAuditStep(string step) => step is not (CredentialsStep.Name or GuaranteesStep.Name);

    private static bool NeedsPostgres(string step) => step is "postgres" or "durable" or "strict" or GuaranteesStep.Name;

    private static async Task<string> RunStepAsync(
        string step,
        Uri backend,
        Opponent yarp,
        PostgresServer? postgres,
        CallsOptions options)
    {
        await using var audit = await AuditStep.StartAsync(step, backend, postgres);
        var pid = audit.Gateway.Process.Id;
        var calls = await WarmUpAsync(audit.Gateway.Url, pid);
        List<Round> bare = [];
        List<Round> gateway = [];
        for (var i = 0; i < options.Rounds; i++)
        {
            // Each goes first in every other pair, so that a machine that slows down favours neither.
            if (i % 2 == 0)
            {
                bare.Add(await MeasureAsync(yarp.Url, yarp.Process.Id));
                gateway.Add(await MeasureAsync(audit.Gateway.Url, pid));
            }
            else
            {
                gateway.Add(await MeasureAsync(audit.Gateway.Url, pid));
                bare.Add(await MeasureAsync(yarp.Url, yarp.Process.Id));
            }

            calls += gateway[i].Calls;
        }

        return Row(step, bare, gateway, await audit.SettleAsync(calls), calls);

        Task<Round> MeasureAsync(Uri url, int process) =>
            ClosedLoop.RunAsync(url, process, TimeSpan.FromSeconds(options.Seconds));
    }

    // Until the tiered compiler rests: on a busy machine that takes longer than any fixed time.
    internal static async Task<long> WarmUpAsync(
        Uri url,
        int pid,
        string? credential = ToolCallBytes.ApiKeyHeader)
    {
        var calls = 0L;
        var isResting = false;
        for (var i = 0; i < WarmUpRoundsMin || (i < WarmUpRoundsMax && !isResting); i++)
        {
            var compiler = ProcessStat.CompilerCpuUs(pid);
            calls += (await ClosedLoop.RunAsync(url, pid, WarmUpRound, credential)).Calls;
            isResting = ProcessStat.CompilerCpuUs(pid) - compiler <= 0.02 * WarmUpRound.TotalMicroseconds;
        }

        return calls;
    }

    private static string Row(string step, List<Round> bare, List<Round> gateway, long? dropped, long calls)
    {
        var ratios = gateway.Zip(bare, (g, b) => g.CpuUs / b.CpuUs).Order().ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {step} | {Median(bare, r => r.CpuUs):F1} µs | {Median(gateway, r => r.CpuUs):F1} µs "
            + $"| {ratios[ratios.Count / 2]:F3} | {ratios[0]:F3}–{ratios[^1]:F3} "
            + $"| {Both(r => r.PerSecond)} | {Both(r => r.P50Us)} µs | {Both(r => r.P99Us)} µs "
            + $"| {Both(r => r.RssMegabytes)} MB | {(dropped is { } d ? $"{d} of {calls}" : "–")} |");

        string Both(Func<Round, double> value) => string.Create(
            CultureInfo.InvariantCulture, $"{Median(bare, value):F0} → {Median(gateway, value):F0}");
    }

    internal static double Median(List<Round> rounds, Func<Round, double> value) =>
        rounds.Select(value).Order().ElementAt(rounds.Count / 2);

    private static Task WriteAsync(string text) => Console.Out.WriteLineAsync(text);
}
