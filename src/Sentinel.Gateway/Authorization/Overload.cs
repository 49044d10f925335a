using System.Diagnostics.Metrics;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authorization;

/// <summary>Counts what is turned away because the replica is full, and says so once a second at most.</summary>
internal sealed partial class Overload
{
    public const string Connections = "Connections";
    public const string Requests = "Requests";
    public const string Streams = "Streams";

    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(1);

    private readonly Counter<long> _overloaded;
    private readonly TimeProvider _time;
    private readonly ILogger<Overload> _logger;
    private long _unlogged;
    private long _loggedAt;

    public Overload(IMeterFactory meters, RunningExchanges running, TimeProvider time, ILogger<Overload> logger)
    {
        var meter = meters.Create("Sentinel.Gateway");
        _overloaded = meter.CreateCounter<long>(
            "sentinel.overloaded", description: "Connections and requests turned away because the replica was full.");
        meter.CreateObservableGauge(
            "sentinel.requests.running", () => running.Requests, description: "Requests under way, streams left out.");
        meter.CreateObservableGauge(
            "sentinel.streams.open", () => running.Streams, description: "Listening streams that are open.");
        _time = time;
        _logger = logger;
    }

    /// <param name="limit">Which limit it was: one of the constants.</param>
    public void Count(string limit)
    {
        _overloaded.Add(1, new KeyValuePair<string, object?>("limit", limit));
        Interlocked.Increment(ref _unlogged);
        var last = Volatile.Read(ref _loggedAt);
        var now = _time.GetTimestamp();
        if ((last == 0 || _time.GetElapsedTime(last, now) >= LogInterval)
            && Interlocked.CompareExchange(ref _loggedAt, now, last) == last)
        {
            LogOverloaded(Interlocked.Exchange(ref _unlogged, 0), limit);
        }
    }

    [LoggerMessage(
        7200,
        LogLevel.Warning,
        "Overloaded: {Count} turned away since the last such line, this one by Limits.Total.{Limit}.")]
    private partial void LogOverloaded(long count, string limit);
}
