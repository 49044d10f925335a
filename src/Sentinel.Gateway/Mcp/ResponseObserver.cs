namespace Sentinel.Gateway.Mcp;

/// <summary>Watches the bytes of an answer go by and finds the response to one request in them.</summary>
/// <remarks>
/// A candidate is an object without <c>method</c> whose id equals the request's in type and value: a server's own
/// requests on the stream have an id space of their own and may carry the same value.
/// </remarks>
internal sealed class ResponseObserver(JsonRpcId id, bool isEventStream)
{
    private readonly MessageScanner _scanner = new();
    private SseReader _sse;
    private Answer? _candidate;
    private int _bomBytes = isEventStream ? 3 : 0;

    /// <summary>The answer, once the response message has passed.</summary>
    public Answer? Answer { get; private set; }

    /// <summary>
    /// An error that names no request, as servers send where they could not read the id; null for none.
    /// </summary>
    public Answer? UnmatchedError { get; private set; }

    /// <summary>
    /// Takes the next bytes of the answer; after <see cref="Answer"/> is there, nothing is left to do.
    /// </summary>
    public void Observe(ReadOnlySpan<byte> bytes)
    {
        if (isEventStream)
        {
            ObserveEvents(bytes);
            return;
        }

        while (_bomBytes < 3 && !bytes.IsEmpty)
        {
            if (bytes[0] != "\uFEFF"u8[_bomBytes])
            {
                _bomBytes = 3;
                break;
            }

            _bomBytes++;
            bytes = bytes[1..];
        }

        ObserveJson(bytes);
        Answer = _candidate;
    }

    private void ObserveEvents(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && Answer is null)
        {
            bytes = bytes[_sse.Read(bytes, out var data, out var isEventEnd)..];
            ObserveJson(data);
            if (isEventEnd)
            {
                // Clients discard an event whose blank line never came, so its message counts only now.
                Answer = _candidate;
                _scanner.Reset();
            }
        }
    }

    private void ObserveJson(ReadOnlySpan<byte> json)
    {
        while (!json.IsEmpty && _candidate is null)
        {
            json = json[_scanner.Scan(json, out var hasMessage)..];
            if (hasMessage && _scanner.IsResponse)
            {
                Match();
            }
        }
    }

    private void Match()
    {
        if (_scanner.Id.Is(id))
        {
            _candidate = _scanner.ToAnswer();
        }
        else if (_scanner.IsErrorResponse && (!_scanner.Id.IsPresent || _scanner.Id.Is("null"u8)))
        {
            UnmatchedError = _scanner.ToAnswer();
        }
    }
}
