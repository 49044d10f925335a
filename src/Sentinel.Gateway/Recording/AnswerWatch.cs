using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Recording;

/// <summary>Looks at the bytes of a backend's answer as they pass.</summary>
internal abstract class AnswerWatch : IStoppableAnswer, IDisposable
{
    private CancellationTokenSource? _stop;

    /// <inheritdoc/>
    public abstract bool IsNeeded { get; }

    /// <inheritdoc/>
    public abstract bool CanResume { get; }

    /// <summary>Ends the answer; none while it may only end as its server ends it.</summary>
    public CancellationToken StopToken { get; private set; }

    /// <inheritdoc/>
    public void Stop()
    {
        try
        {
            // Not at once: what goes on from there may need what the visitor of all exchanges holds.
            _ = _stop?.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    public void Dispose() => _stop?.Dispose();

    /// <summary>From here on the answer may end early.</summary>
    protected void AllowStop(McpExchange exchange)
    {
        if (_stop is null)
        {
            _stop = new CancellationTokenSource();
            StopToken = _stop.Token;
            exchange.StoppableAnswer = this;
        }
    }

    /// <summary>Sees the next bytes.</summary>
    public abstract void Observe(ReadOnlySpan<byte> bytes);

    /// <summary>Learns that the backend has sent everything.</summary>
    public virtual void End()
    {
    }
}

/// <summary>Finds the answers to the calls of one request in its own response.</summary>
/// <param name="exchange">Whose calls they are.</param>
/// <param name="observer">Reads the answer; null where it cannot be read, and its bytes are only counted.</param>
internal sealed class CallAnswers(McpExchange exchange, ResponseObserver? observer) : AnswerWatch
{
    private int _unanswered = exchange.Calls.Length;
    private Answer? _errorWithoutId;

    public override bool IsNeeded => Volatile.Read(ref _unanswered) > 0;

    // It may end early from the first event with an id on, so that its client knows where to go on.
    public override bool CanResume => true;

    public override void Observe(ReadOnlySpan<byte> bytes)
    {
        exchange.ResponseBytes += bytes.Length;
        if (observer is null || _unanswered == 0)
        {
            return;
        }

        while (_unanswered > 0 && observer.TryRead(ref bytes))
        {
            if (observer.IsErrorWithoutId)
            {
                _errorWithoutId = observer.ToAnswer();
            }
            else
            {
                Match(observer);
            }
        }

        exchange.IsResumable = observer.HasEventId;
        if (exchange.IsResumable && !McpRevisions.IsModern(exchange.ProtocolVersion))
        {
            AllowStop(exchange);
        }
    }

    // An error that names no request is the answer of whatever got none of its own.
    public override void End()
    {
        if (_errorWithoutId is { } error)
        {
            foreach (var call in exchange.Calls)
            {
                call.TakeAnswer(error, exchange.ElapsedUs);
            }
        }
    }

    private void Match(ResponseObserver observer)
    {
        foreach (var call in exchange.Calls)
        {
            if (call.Answer is null && observer.Id.Is(call.Message.Id!))
            {
                call.TakeAnswer(observer.ToAnswer(), exchange.ElapsedUs);
                _unanswered--;
                return;
            }
        }
    }
}
