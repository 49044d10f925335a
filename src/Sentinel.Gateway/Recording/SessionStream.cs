using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Recording;

/// <summary>A GET stream of a session: answers to calls made by other requests may come on it.</summary>
/// <param name="exchange">The exchange of the stream.</param>
/// <param name="openCalls">The calls whose answers have not been seen.</param>
/// <param name="key">The session that the request names; null for none, as with HTTP+SSE.</param>
/// <param name="canResume">Whether the request asks for what an earlier stream left out.</param>
internal sealed class SessionStream(McpExchange exchange, OpenCalls openCalls, SessionKey? key, bool canResume)
    : AnswerWatch
{
    private readonly ResponseObserver _observer = new(isEventStream: true);
    private CallSession? _session = key is { } named ? openCalls.OpenStream(named, canResume, isEndpoint: false) : null;
    private bool _isEndpoint;

    public override void Observe(ReadOnlySpan<byte> bytes)
    {
        // Before the client learns of the endpoint, so that no call to it goes by unknown.
        if (_session is null && exchange.MessageEndpoint is { } endpoint)
        {
            _isEndpoint = true;
            _session = openCalls.OpenStream(SessionKey.OfEndpoint(exchange, endpoint), canResume, isEndpoint: true);
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
            openCalls.CloseStream(session, canResume, _isEndpoint, ending);
        }
    }
}
