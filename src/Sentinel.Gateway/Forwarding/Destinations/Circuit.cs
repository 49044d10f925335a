using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>One destination's breaker: closed, open after failures in a row, half open while one request tries it.
/// </summary>
/// <remarks>When an open circuit may be tried is not decided here; whoever asks to enter has seen to that.</remarks>
internal sealed class Circuit
{
    private readonly Lock _changing = new();
    private volatile bool _isOpen;
    private int _failures;
    private long _openedAt;
    private McpExchange? _trial;
    private long _trialAt;

    // From the first opening to the closing.
    private object _outage = new();

    // The last opening; trials carry the one that they began after.
    private Opening _opening = new(new object());

    /// <summary>Whether it is open or half open.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Whether it is closed and the last request did not fail, so that an answer changes nothing.</summary>
    public bool IsQuiet => !_isOpen && Volatile.Read(ref _failures) == 0;

    /// <summary>The clock's timestamp when it opened last.</summary>
    public long OpenedAt => Volatile.Read(ref _openedAt);

    /// <summary>Learns how a request ended.</summary>
    /// <param name="exchange">Whose it was.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="failuresMax">How many failures in a row open the circuit.</param>
    /// <param name="now">The clock's timestamp.</param>
    /// <param name="changed">Called under the lock where the circuit opens or closes, with whether it is open.</param>
    public void Report(
        McpExchange exchange,
        AttemptOutcome outcome,
        int failuresMax,
        long now,
        Action<bool> changed)
    {
        lock (_changing)
        {
            if (_isOpen)
            {
                ReportTrial(exchange, outcome, now, changed);
            }
            else if (outcome == AttemptOutcome.Answered)
            {
                _failures = 0;
            }
            else if (outcome == AttemptOutcome.Failed && ++_failures >= failuresMax)
            {
                Open(now, changed);
            }
        }
    }

    /// <summary>Whether a request may pass; of a half-open circuit one at a time may, as its trial.</summary>
    /// <param name="exchange">Whose it is.</param>
    /// <param name="now">The clock's timestamp.</param>
    /// <param name="isOverdue">Whether a trial that began then has had its time, and keeps nobody out any more.</param>
    /// <param name="changed">As for <see cref="Report"/>.</param>
    public bool TryEnter(McpExchange exchange, long now, Predicate<long> isOverdue, Action<bool> changed)
    {
        lock (_changing)
        {
            if (!_isOpen)
            {
                return true;
            }

            if (_trial is not null)
            {
                if (!isOverdue(_trialAt))
                {
                    return false;
                }

                if (_trial.FirstByteUs is not null)
                {
                    // A stream that goes on has proved enough.
                    Close(changed);
                    return true;
                }
            }

            // A trial without an answer proves nothing: its client may be what is slow, or the server. It goes on, and
            // the next request is a trial too.
            _trial = exchange;
            _trialAt = now;
            exchange.Opening = _opening;
            return true;
        }
    }

    // Of requests from before it opened nothing is learned. That it answers, every trial of the outage can show; that
    // it fails, each that began after the last opening, or a limit longer than the period would keep it half open.
    private void ReportTrial(McpExchange exchange, AttemptOutcome outcome, long now, Action<bool> changed)
    {
        if (exchange.Opening is not Opening opening || opening.Outage != _outage)
        {
            return;
        }

        exchange.Opening = null;
        if (_trial == exchange)
        {
            _trial = null;
        }

        if (outcome == AttemptOutcome.Answered)
        {
            Close(changed);
        }
        else if (outcome == AttemptOutcome.Failed && opening == _opening)
        {
            Open(now, changed);
        }
    }

    private void Close(Action<bool> changed)
    {
        _trial = null;
        _isOpen = false;
        _outage = new object();
        changed(false);
    }

    private void Open(long now, Action<bool> changed)
    {
        _trial = null;
        _opening = new Opening(_outage);
        _failures = 0;
        _openedAt = now;
        _isOpen = true;
        changed(true);
    }

    private sealed class Opening(object outage)
    {
        public object Outage { get; } = outage;
    }
}
