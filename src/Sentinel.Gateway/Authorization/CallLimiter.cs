using System.Collections.Concurrent;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Authorization;

/// <summary>Holds every caller to the limits: so many tools/call a minute, so many under way.</summary>
/// <remarks>
/// A caller is an issuer and a subject, so that all anonymous callers are one. Bounded: callers who have been idle for
/// as long as it takes to fill their buckets leave; beyond <see cref="CallersMax"/> busy ones, newcomers share the
/// buckets of one. Buckets outlive a reload where their limit is unchanged.
/// </remarks>
internal sealed class CallLimiter : IDisposable
{
    public const int CallersMax = 100_000;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SweepPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<CallerKey, CallerBuckets> _callers = new();
    private readonly TimeProvider _time;
    private readonly int _callersMax;
    private readonly CallerBuckets _overflow;
    private readonly ITimer _timer;
    private readonly Lock _sweeping = new();
    private long _sweptAt;
    private int _count;

    public CallLimiter(TimeProvider time)
        : this(time, CallersMax)
    {
    }

    internal CallLimiter(TimeProvider time, int callersMax)
    {
        _time = time;
        _callersMax = callersMax;
        _overflow = new CallerBuckets(time.TimestampFrequency);
        _sweptAt = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);
    }

    /// <summary>Callers that are not idle.</summary>
    public int Callers => Volatile.Read(ref _count);

    /// <summary>
    /// Takes what the exchange's calls need, all of it or nothing, and leaves to the exchange what it must give back.
    /// </summary>
    /// <returns>Null, or why the calls must not go on.</returns>
    /// <remarks>Tools that are switched off take nothing; calls that the roles will deny do.</remarks>
    public LimitDenial? Take(McpExchange exchange, CallLimits limits)
    {
        if (limits.IsEmpty || exchange.Calls.Length == 0)
        {
            return null;
        }

        var counts = limits.Rates.Length <= 32 ? stackalloc int[32] : new int[limits.Rates.Length];
        counts = counts[..limits.Rates.Length];
        counts.Clear();
        var calls = 0;
        foreach (var call in exchange.Calls)
        {
            if (call.Kind == TargetKind.Tool && call.Decision?.Reason != Decision.ReasonKillSwitch)
            {
                limits.Count(exchange.Backend, call.ToolName, counts);
                calls++;
            }
        }

        if (calls == 0)
        {
            return null;
        }

        var buckets = BucketsOf(exchange.Caller);
        var taking = default(Taking?);
        while ((taking = buckets.TryTake(limits, counts, calls, _time.GetTimestamp())) is null)
        {
            buckets = BucketsOf(exchange.Caller);
        }

        if (taking != Taking.OfAll)
        {
            return new LimitDenial(limits, exchange.Backend, taking.Value.Rate, Seconds(taking.Value.Wait));
        }

        if (limits.Concurrent is not null)
        {
            exchange.CallSlots = new CallSlots(buckets, calls);
        }

        return null;
    }

    public void Dispose() => _timer.Dispose();

    private CallerBuckets BucketsOf(Caller? caller)
    {
        var key = CallerKey.Of(caller);
        if (_callers.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Volatile.Read(ref _count) >= _callersMax)
        {
            SweepUnlessJustDone();
        }

        if (Interlocked.Increment(ref _count) > _callersMax)
        {
            Interlocked.Decrement(ref _count);
            return _callers.GetValueOrDefault(key, _overflow);
        }

        var added = new CallerBuckets(_time.TimestampFrequency);
        var kept = _callers.GetOrAdd(key, added);
        if (kept != added)
        {
            Interlocked.Decrement(ref _count);
        }

        return kept;
    }

    private void SweepUnlessJustDone()
    {
        lock (_sweeping)
        {
            if (_time.GetElapsedTime(_sweptAt) >= SweepPause)
            {
                Sweep();
            }
        }
    }

    private void Sweep()
    {
        lock (_sweeping)
        {
            _sweptAt = _time.GetTimestamp();
            foreach (var caller in _callers)
            {
                if (caller.Value.TryRetire(_sweptAt) && _callers.TryRemove(caller))
                {
                    Interlocked.Decrement(ref _count);
                }
            }
        }
    }

    private long Seconds(long ticks) =>
        Math.Max(1, (ticks + _time.TimestampFrequency - 1) / _time.TimestampFrequency);
}
