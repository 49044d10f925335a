using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Recording;

/// <summary>Looks at the bytes of a backend's answer as they pass.</summary>
internal abstract class AnswerWatch
{
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
