namespace Sentinel.Gateway.Exchange;

/// <summary>Every exchange under way on the traffic listener: how many there are, and the way to end them.</summary>
/// <remarks>
/// A list through the exchanges themselves, so that a request allocates nothing for it. It holds no more than there are
/// requests.
/// </remarks>
internal sealed class RunningExchanges
{
    private readonly Lock _lock = new();
    private McpExchange? _first;
    private int _requests;
    private int _streams;

    /// <summary>Requests that are not listening streams.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Listening streams: GET, and <c>subscriptions/listen</c>.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Takes an exchange up, unless there are as many of its kind as there may be.</summary>
    /// <param name="exchange">Not taken up before.</param>
    /// <param name="context">What ends it.</param>
    /// <param name="isStream">Whether it is a listening stream.</param>
    /// <param name="max">How many of its kind there may be; null for any number.</param>
    public bool TryEnter(McpExchange exchange, HttpContext context, bool isStream, int? max)
    {
        lock (_lock)
        {
            if ((isStream ? _streams : _requests) >= max)
            {
                return false;
            }

            Count(isStream, 1);
            exchange.IsStream = isStream;
            exchange.Running = new RunningLink(context, null, _first);
            if (_first is { } next)
            {
                next.Running = next.Running with { Previous = exchange };
            }

            _first = exchange;
            return true;
        }
    }

    /// <summary>Counts a request as a listening stream from now on, unless there are as many as there may be.</summary>
    public bool TryBecomeStream(McpExchange exchange, int? max)
    {
        lock (_lock)
        {
            if (exchange.IsStream)
            {
                return true;
            }

            if (_streams >= max)
            {
                return false;
            }

            Count(isStream: false, -1);
            Count(isStream: true, 1);
            exchange.IsStream = true;
            return true;
        }
    }

    /// <summary>The exchange has ended, in whatever way.</summary>
    public void Leave(McpExchange exchange)
    {
        lock (_lock)
        {
            var (_, previous, next) = exchange.Running;
            if (previous is not null)
            {
                previous.Running = previous.Running with { Next = next };
            }
            else
            {
                _first = next;
            }

            if (next is not null)
            {
                next.Running = next.Running with { Previous = previous };
            }

            exchange.Running = default;
            Count(exchange.IsStream, -1);
        }
    }

    /// <summary>
    /// Shows every exchange under way. None of them ends meanwhile, so that none of the contexts is another request's
    /// by then: <paramref name="visit"/> must not wait for an end.
    /// </summary>
    public void Visit(Action<McpExchange, HttpContext> visit)
    {
        lock (_lock)
        {
            for (var exchange = _first; exchange is not null;)
            {
                var (context, _, next) = exchange.Running;
                visit(exchange, context);
                exchange = next;
            }
        }
    }

    private void Count(bool isStream, int change)
    {
        if (isStream)
        {
            _streams += change;
        }
        else
        {
            _requests += change;
        }
    }
}

/// <summary>Where an exchange stands among those under way.</summary>
internal readonly record struct RunningLink(HttpContext Context, McpExchange? Previous, McpExchange? Next);
