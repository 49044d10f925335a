using Sentinel.Benchmarks.Figures;

namespace Sentinel.Benchmarks.Load;

/// <summary>What the load saw of one round.</summary>
/// <param name="Elapsed">Until the last answer.</param>
/// <param name="LatenciesUs">Of every call in microseconds, sorted; with a rate, from when it was due.</param>
/// <param name="LatenessUs">How late the load itself began calls, sorted; empty without a rate.</param>
/// <param name="BodyBytes">The bytes of all answers.</param>
/// <param name="GeneratorCpuUs">The load's own CPU time a call, in microseconds.</param>
internal sealed record LoadRun(
    TimeSpan Elapsed,
    IReadOnlyList<int> LatenciesUs,
    IReadOnlyList<int> LatenessUs,
    long BodyBytes,
    double GeneratorCpuUs)
{
    public int Calls => LatenciesUs.Count;

    /// <param name="endpoint">What is called.</param>
    /// <param name="credential">The header line that says who calls; null sends none.</param>
    /// <param name="shape">How.</param>
    /// <param name="duration">After this long no call is begun.</param>
    /// <exception cref="InvalidOperationException">An answer was not the one.</exception>
    public static Task<LoadRun> RunAsync(Uri endpoint, string? credential, Shape shape, TimeSpan duration) =>
        RunAsync([endpoint], credential, shape, duration);

    /// <summary>The same, with connections that call one of several endpoints each.</summary>
    public static async Task<LoadRun> RunAsync(
        IReadOnlyList<Uri> endpoints,
        string? credential,
        Shape shape,
        TimeSpan duration)
    {
        var connections = Enumerable.Range(0, shape.Connections)
            .Select(i => endpoints[(int)((long)i * endpoints.Count / shape.Connections)])
            .Select(endpoint => new Connection(endpoint, shape.Call(endpoint, credential), shape.IsNewConnection))
            .ToList();
        try
        {
            foreach (var connection in shape.IsNewConnection ? [] : connections)
            {
                await connection.ConnectAsync();
            }

            var cpu = Environment.CpuUsage.TotalTime;
            var started = TimeProvider.System.GetTimestamp();
            await (shape.PerSecond is { } rate
                ? PacedAsync(connections, rate, duration)
                : Task.WhenAll(connections.Select(connection => connection.RunAsync(
                    () => TimeProvider.System.GetElapsedTime(started) >= duration))));
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            cpu = Environment.CpuUsage.TotalTime - cpu;
            var latencies = connections.SelectMany(connection => connection.LatenciesUs).Order().ToList();
            return new LoadRun(
                elapsed,
                latencies,
                connections.SelectMany(connection => connection.LatenessUs).Order().ToList(),
                connections.Sum(connection => connection.BodyBytes),
                cpu.TotalMicroseconds / latencies.Count);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    private static Task PacedAsync(List<Connection> connections, int rate, TimeSpan duration)
    {
        var schedule = new Schedule(TimeProvider.System.GetTimestamp(), rate, TimeProvider.System.TimestampFrequency);
        var pacer = new Pacer(connections.Count);
        var runs = connections.Select((connection, i) => connection.RunAsync(pacer.DueOf(i), schedule)).ToList();
        pacer.Start(schedule, (long)(rate * duration.TotalSeconds));
        return Task.WhenAll(runs);
    }
}
