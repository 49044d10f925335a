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
                // Of requests from before it opened nothing is learned; only the trial tells.
                if (_trial == exchange)
                {
                    _trial = null;
                    Judge(outcome, now, changed);
                }
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
    /// <param name="isOverdue">Whether a trial that began then has had its time, and is judged as it stands.</param>
    /// <param name="changed">As for <see cref="Report"/>.</param>
    public bool TryEnter(McpExchange exchange, long now, Predicate<long> isOverdue, Action<bool> changed)
    {
        lock (_changing)
        {
            if (_isOpen && _trial is not null && isOverdue(_trialAt))
            {
                // A stream that goes on has proved enough; a trial without an answer has failed.
                var outcome = _trial.FirstByteUs is null ? AttemptOutcome.Failed : AttemptOutcome.Answered;
                _trial = null;
                Judge(outcome, now, changed);
                return !_isOpen;
            }

            if (_isOpen && _trial is null)
            {
                _trial = exchange;
                _trialAt = now;
                return true;
            }

            return !_isOpen;
        }
    }

    private void Judge(AttemptOutcome outcome, long now, Action<bool> changed)
    {
        if (outcome == AttemptOutcome.Failed)
        {
            Open(now, changed);
        }
        else if (outcome == AttemptOutcome.Answered)
        {
            _isOpen = false;
            changed(false);
        }
    }

    private void Open(long now, Action<bool> changed)
    {
        _failures = 0;
        _openedAt = now;
        _isOpen = true;
        changed(true);
    }
}
