using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Authorization;

/// <summary>What one caller has left: a token bucket for each rate, and the calls under way.</summary>
/// <remarks>
/// A bucket is one number: the time at which it would be full, were nothing taken from now on. It needs no timer, and a
/// bucket that is full is worth no memory. Times are the clock's timestamps.
/// </remarks>
internal sealed class CallerBuckets(long frequency)
{
    private readonly Lock _lock = new();
    private readonly List<Bucket> _buckets = [];
    private int _running;

    /// <summary>Set when it was taken out of the table; who still holds it gets another.</summary>
    private bool _isRetired;

    /// <summary>Takes a token for every count and a slot for every call, or nothing.</summary>
    /// <param name="limits">What the caller may do.</param>
    /// <param name="counts">How many tokens of each rate.</param>
    /// <param name="calls">How many slots.</param>
    /// <param name="now">The clock's timestamp.</param>
    /// <returns>Null where the buckets were retired meanwhile.</returns>
    public Taking? TryTake(CallLimits limits, ReadOnlySpan<int> counts, int calls, long now)
    {
        lock (_lock)
        {
            if (_isRetired)
            {
                return null;
            }

            if (_running + calls > limits.Concurrent)
            {
                return Taking.OfNoSlot;
            }

            var rates = limits.Rates;
            for (var i = 0; i < rates.Length; i++)
            {
                if (counts[i] > 0 && WaitFor(rates[i], counts[i], now) is > 0 and var wait)
                {
                    return new Taking(i, wait);
                }
            }

            for (var i = 0; i < rates.Length; i++)
            {
                if (counts[i] > 0)
                {
                    Take(rates[i], counts[i], now);
                }
            }

            _running += limits.Concurrent is null ? 0 : calls;
            return Taking.OfAll;
        }
    }

    /// <summary>Gives slots back.</summary>
    public void Release(int calls)
    {
        lock (_lock)
        {
            _running -= calls;
        }
    }

    /// <summary>Retires the buckets if they are as good as new: all full, and nothing under way.</summary>
    public bool TryRetire(long now)
    {
        lock (_lock)
        {
            _buckets.RemoveAll(bucket => bucket.FullAt <= now);
            _isRetired = _buckets.Count == 0 && _running == 0;
            return _isRetired;
        }
    }

    // A bucket holds a minute's worth, so that it may be this far from being full.
    private long WaitFor(RateLimit rate, int tokens, long now)
    {
        var interval = Interval(rate);
        var fullAt = Math.Max(Find(rate)?.FullAt ?? now, now) + (tokens * interval);
        return fullAt - now - (rate.PerMinute * interval);
    }

    private void Take(RateLimit rate, int tokens, long now)
    {
        if (Find(rate) is not { } bucket)
        {
            bucket = new Bucket(rate);
            _buckets.Add(bucket);
        }

        bucket.FullAt = Math.Max(bucket.FullAt, now) + (tokens * Interval(rate));
    }

    private long Interval(RateLimit rate) => Math.Max(1, 60 * frequency / rate.PerMinute);

    private Bucket? Find(RateLimit rate)
    {
        foreach (var bucket in _buckets)
        {
            if (bucket.Rate == rate)
            {
                return bucket;
            }
        }

        return null;
    }

    private sealed class Bucket(RateLimit rate)
    {
        public RateLimit Rate => rate;

        public long FullAt { get; set; } = long.MinValue;
    }
}

/// <summary>What became of an attempt to take tokens and slots.</summary>
/// <param name="Rate">The index of the rate that has too few; or one of the constants.</param>
/// <param name="Wait">Until it would have enough, in the clock's ticks.</param>
internal readonly record struct Taking(int Rate, long Wait)
{
    public static readonly Taking OfAll = new(-1, 0);

    public static readonly Taking OfNoSlot = new(-2, 0);
}
