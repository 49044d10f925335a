using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Authorization;

/// <summary>Holds every caller to so many requests under way, and so many listening streams.</summary>
/// <remarks>Bounded by what is under way: a caller with nothing is not kept.</remarks>
internal sealed class CallerSlots(RunningExchanges running, Overload overload, LimitMetrics metrics)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<CallerKey, Held> _held = [];

    /// <summary>Callers that hold anything.</summary>
    public int Callers
    {
        get
        {
            lock (_lock)
            {
                return _held.Count;
            }
        }
    }

    /// <summary>Takes a slot of the exchange's kind; <see cref="Release"/> must follow, whatever came of it.</summary>
    /// <returns>Null, or why it must not go on.</returns>
    public Refusal? Take(McpExchange exchange, LimitsOptions limits)
    {
        var (kind, max) = exchange.IsStream
            ? (HeldSlot.Stream, limits.ConcurrentStreams)
            : (HeldSlot.Request, limits.ConcurrentRequests);
        return TryMove(exchange, kind, max) ? null : Refuse(exchange, kind, max!.Value);
    }

    /// <summary>
    /// Counts a request that turns out to be a listening stream as one from now on, for its caller and in all.
    /// </summary>
    /// <returns>Null, or why it must not go on.</returns>
    public Refusal? TakeAsStream(McpExchange exchange, LimitsOptions limits)
    {
        if (exchange.CallerSlot is HeldSlot.Request && !TryMove(exchange, HeldSlot.Stream, limits.ConcurrentStreams))
        {
            return Refuse(exchange, HeldSlot.Stream, limits.ConcurrentStreams!.Value);
        }

        if (running.TryBecomeStream(exchange, limits.Total.Streams))
        {
            return null;
        }

        overload.Count(Overload.Streams);
        return Refusal.Overloaded;
    }

    /// <summary>Gives back what the exchange holds, if anything.</summary>
    public void Release(McpExchange exchange) => TryMove(exchange, HeldSlot.None, null);

    // Of none, a request and a stream an exchange holds one.
    private bool TryMove(McpExchange exchange, HeldSlot to, int? max)
    {
        var key = CallerKey.Of(exchange.Caller);
        lock (_lock)
        {
            var held = _held.GetValueOrDefault(key);
            if (to is not HeldSlot.None && held[to] >= max)
            {
                return false;
            }

            held = held.With(exchange.CallerSlot, -1).With(to, 1);
            if (held == default)
            {
                _held.Remove(key);
            }
            else
            {
                _held[key] = held;
            }

            exchange.CallerSlot = to;
            return true;
        }
    }

    private Refusal Refuse(McpExchange exchange, HeldSlot kind, int max)
    {
        var limit = kind is HeldSlot.Stream
            ? nameof(LimitsOptions.ConcurrentStreams)
            : nameof(LimitsOptions.ConcurrentRequests);
        metrics.Count(exchange.Backend, limit, Refusal.ReasonConcurrencyLimited);
        return Refusal.TooMany(kind is HeldSlot.Stream ? "streams" : "requests", max) with
        {
            Decision = new Decision(false, Refusal.ReasonConcurrencyLimited, $"limit {limit}: {max}"),
        };
    }

    private readonly record struct Held(int Requests, int Streams)
    {
        public int this[HeldSlot kind] => kind is HeldSlot.Stream ? Streams : Requests;

        public Held With(HeldSlot kind, int change) => kind switch
        {
            HeldSlot.Request => this with { Requests = Requests + change },
            HeldSlot.Stream => this with { Streams = Streams + change },
            _ => this,
        };
    }
}
