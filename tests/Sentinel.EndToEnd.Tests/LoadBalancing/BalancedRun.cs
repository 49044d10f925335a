using System.Collections.Concurrent;
using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests.LoadBalancing;

/// <summary>Many clients at once, and what became of everything they did.</summary>
internal sealed class BalancedRun : IAsyncDisposable
{
    private readonly ConcurrentQueue<CallReport> _reports = new();
    private readonly ConcurrentQueue<Disturbance> _disturbances = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly Task _running;

    /// <param name="url">Where they connect.</param>
    /// <param name="sessions">How many clients of 2025-11-25, which have a session and a stream each.</param>
    /// <param name="others">How many clients of 2026-07-28, which have neither.</param>
    public BalancedRun(Uri url, int sessions, int others)
    {
        var clients =
            from number in Enumerable.Range(0, sessions + others)
            let era = number < sessions ? Era.Legacy : Era.Modern
            select new BalancedClient(number, era, url, _http, _reports.Enqueue);
        _running = Task.WhenAll(clients.Select(client => client.RunAsync(_stop.Token)));
    }

    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_started);

    public IReadOnlyList<CallReport> Reports => [.. _reports];

    public IReadOnlyCollection<Disturbance> Disturbances => _disturbances;

    public IReadOnlyList<CallReport> Violations =>
        [.. _reports.Where(report => !Excuses.Excuse(report, _disturbances))];

    /// <summary>Returns once so many have ended in that way since now.</summary>
    public async Task MoreAsync(int count, CallEnd end = CallEnd.Answered)
    {
        var target = Count() + count;
        await Eventually.HoldsAsync(
            () => Task.FromResult(Count() >= target), TimeSpan.FromMinutes(1), $"{count} more reports of {end}");

        int Count() => _reports.Count(report => report.End == end);
    }

    /// <summary>Kills something, and keeps the time that what was under way meanwhile may be excused by.</summary>
    /// <param name="kill">Returns when it is dead.</param>
    /// <param name="server">The MCP server that is killed; null for a gateway.</param>
    /// <param name="settle">Returns when nobody sends it anything any more.</param>
    public async Task DisturbAsync(Func<Task> kill, string? server = null, Func<Task>? settle = null)
    {
        var from = TimeProvider.System.GetTimestamp();
        await kill();
        await (settle?.Invoke() ?? Task.CompletedTask);
        _disturbances.Enqueue(new Disturbance(server, from, TimeProvider.System.GetTimestamp()));
    }

    /// <summary>Lets calls under way end, and makes no more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _http.Dispose();
    }
}
