using System.Globalization;
using System.Text;
using Sentinel.Benchmarks.Load;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Calls;

/// <summary>
/// What each guarantee costs a call: gateways that differ in nothing else, in neighbouring rounds. CPU from a closed loop;
/// latency at a fixed rate, far from what the machine can do.
/// </summary>
internal static class GuaranteesStep
{
    public const string Name = "guarantees";

    private const int PerSecond = 1000;

    public static async Task<string> RunAsync(Uri backend, PostgresServer postgres, CallsOptions options)
    {
        (string Name, string Step)[] ways =
        [
            ("off", "off"), ("off again", "off"), ("BestEffort", "postgres"), ("Durable", "durable"), ("Strict", "strict"),
        ];
        var steps = new List<AuditStep>();
        try
        {
            foreach (var (_, step) in ways)
            {
                steps.Add(await AuditStep.StartAsync(step, backend, postgres));
            }

            return await RunAsync(ways.Select(way => way.Name).ToArray(), steps, options);
        }
        finally
        {
            foreach (var step in steps)
            {
                await step.DisposeAsync();
            }
        }
    }

    private static async Task<string> RunAsync(string[] names, List<AuditStep> steps, CallsOptions options)
    {
        var calls = new long[steps.Count];
        for (var i = 0; i < steps.Count; i++)
        {
            calls[i] = await CallsBenchmark.WarmUpAsync(steps[i].Gateway.Url, steps[i].Gateway.Process.Id);
        }

        var closed = names.Select(_ => new List<Round>()).ToArray();
        var paced = names.Select(_ => new List<Round>()).ToArray();
        for (var round = 0; round < options.Rounds; round++)
        {
            // Each has each place in the order equally often.
            for (var i = 0; i < steps.Count; i++)
            {
                var at = (round + i) % steps.Count;
                closed[at].Add(await MeasureAsync(at, perSecond: null));
                paced[at].Add(await MeasureAsync(at, PerSecond));
            }
        }

        var table = new StringBuilder(
            """
            | guarantee | CPU per call | ratio | calls/s | p50 | ratio | p99 | ratio | dropped |
            |---|---|---|---|---|---|---|---|---|

            """);
        for (var i = 0; i < steps.Count; i++)
        {
            var dropped = await steps[i].SettleAsync(calls[i]);
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {names[i]} | {Cell(closed, i, r => r.CpuUs)} | {CallsBenchmark.Median(closed[i], r => r.PerSecond):F0} "
                + $"| {Cell(paced, i, r => r.P50Us)} | {Cell(paced, i, r => r.P99Us)} "
                + $"| {(dropped is { } lost ? $"{lost} of {calls[i]}" : "–")} |\n");
        }

        return table.ToString();

        async Task<Round> MeasureAsync(int at, int? perSecond)
        {
            var gateway = steps[at].Gateway;
            var round = await ClosedLoop.RunAsync(
                gateway.Url, gateway.Process.Id, TimeSpan.FromSeconds(options.Seconds), perSecond: perSecond);
            calls[at] += round.Calls;
            return round;
        }
    }

    // In microseconds, and the median of the ratios to the round without recording beside it.
    private static string Cell(List<Round>[] rounds, int at, Func<Round, double> value)
    {
        var ratios = rounds[at].Zip(rounds[0], (mine, off) => value(mine) / value(off)).Order().ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{CallsBenchmark.Median(rounds[at], value):F0} µs | {ratios[ratios.Count / 2]:F3}");
    }
}
