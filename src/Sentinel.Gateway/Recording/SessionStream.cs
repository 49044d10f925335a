using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Recording;

/// <summary>A GET stream of a session: answers to calls made by other requests may come on it.</summary>
internal sealed class SessionStream : AnswerWatch
{
    private readonly McpExchange _exchange;
    private readonly OpenCalls _openCalls;
    private readonly bool _canResume;
    private readonly ResponseObserver _observer = new(isEventStream: true);
    private volatile CallSession? _session;
    private volatile bool _isEndpoint;

    /// <param name="exchange">The exchange of the stream.</param>
    /// <param name="openCalls">The calls whose answers have not been seen.</param>
    /// <param name="key">The session that the request names; null for none, as with HTTP+SSE.</param>
    /// <param name="canResume">Whether the request asks for what an earlier stream left out.</param>
    public SessionStream(McpExchange exchange, OpenCalls openCalls, SessionKey? key, bool canResume)
    {
        _exchange = exchange;
        _openCalls = openCalls;
        _canResume = canResume;
        _session = key is { } named ? openCalls.OpenStream(named, canResume, isEndpoint: false) : null;
        AllowStop(exchange);
    }

    // Without an audit trail nobody follows the calls whose answers an HTTP+SSE server owes.
    public override bool IsNeeded => _session is { IsBusy: true } || (_isEndpoint && !_openCalls.IsComplete);

    // An HTTP+SSE server's stream is the session: with it goes every answer that is still to come.
    public override bool CanResume => !_isEndpoint;

    public override void Observe(ReadOnlySpan<byte> bytes)
    {
        // Before the client learns of the endpoint, so that no call to it goes by unknown.
        if (_session is null && _exchange.MessageEndpoint is { } endpoint)
        {
            _isEndpoint = true;
            _session = _openCalls.OpenStream(SessionKey.OfEndpoint(_exchange, endpoint), _canResume, isEndpoint: true);
        }

        while (_observer.TryRead(ref bytes))
        {
            _session?.TakeAnswer(_observer);
        }
    }

    /// <param name="ending">What to say of calls that only this stream could have answered.</param>
    public void Close(Verdict ending)
    {
        if (_session is { } session)
        {
            _session = null;
            _openCalls.CloseStream(session, _canResume, _isEndpoint, ending);
        }
    }
}
