namespace Sentinel.Gateway.Mcp;

/// <summary>Watches the bytes of an answer go by and finds the responses in them, to whichever requests.</summary>
/// <remarks>
/// A response is an object without <c>method</c>: a server's own requests on the stream have an id space of their own
/// and may carry the same values. In an event stream it counts once its event's blank line has passed, because clients
/// discard an event whose blank line never came.
/// </remarks>
internal sealed class ResponseObserver
{
    /// <summary>How many responses of one event are found; a batch is no longer than that.</summary>
    public const int ResponsesMax = 100;

    // A stream may be quiet for hours after one large batch.
    private const int MessagesKept = 4;

    private readonly bool _isEventStream;
    private readonly MessageScanner _scanner;

    // The responses of the event that is open, and room for the message that comes next.
    private readonly List<ScannedMessage> _messages = [new()];
    private SseReader _sse;
    private ScannedMessage _response;
    private int _found;
    private int _handedOver;
    private bool _isHandingOver;
    private int _bomBytes;

    public ResponseObserver(bool isEventStream)
    {
        _isEventStream = isEventStream;
        _response = _messages[0];
        _scanner = new MessageScanner(_response);
        _bomBytes = isEventStream ? 3 : 0;
    }

    /// <summary>The id of the response that was read last.</summary>
    public ref readonly CapturedValue Id => ref _response.Id;

    /// <summary>
    /// Whether that response is an error that names no request, as servers send where they could not read the id.
    /// </summary>
    public bool IsErrorWithoutId => _response.IsErrorWithoutId;

    /// <summary>Whether an event with an id has passed, so that the stream can be resumed after it.</summary>
    public bool HasEventId => _sse.HasEventId;

    /// <summary>What the response that was read last says of its request.</summary>
    public Answer ToAnswer() => _response.ToAnswer();

    /// <summary>Reads on to the end of the bytes or of the next response.</summary>
    /// <param name="bytes">The next bytes of the answer; what was read is taken off.</param>
    /// <returns>
    /// Whether a response ended; it can be looked at until the next call, and there may be more even where no bytes are
    /// left. False once all bytes are read.
    /// </returns>
    public bool TryRead(ref ReadOnlySpan<byte> bytes)
    {
        if (_isEventStream)
        {
            return TryReadEvents(ref bytes);
        }

        PassByteOrderMark(ref bytes);
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_scanner.Scan(bytes, out var hasMessage)..];
            if (hasMessage && _response.IsResponse)
            {
                return true;
            }
        }

        return false;
    }

    private bool TryReadEvents(ref ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            if (_isHandingOver && _handedOver < _found)
            {
                _response = _messages[_handedOver++];
                return true;
            }

            if (_isHandingOver)
            {
                _isHandingOver = false;
                _found = 0;
                _scanner.Reset();
                if (_messages.Count > MessagesKept)
                {
                    _messages.RemoveRange(MessagesKept, _messages.Count - MessagesKept);
                }
            }

            if (bytes.IsEmpty)
            {
                return false;
            }

            bytes = bytes[_sse.Read(bytes, out var data, out var isEventEnd)..];
            ScanData(data);
            _isHandingOver = isEventEnd;
            _handedOver = 0;
        }
    }

    private void ScanData(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (_found == _messages.Count)
            {
                _messages.Add(new ScannedMessage());
            }

            _scanner.Message = _messages[_found];
            data = data[_scanner.Scan(data, out var hasMessage)..];
            if (hasMessage && _scanner.Message.IsResponse && _found < ResponsesMax)
            {
                _found++;
            }
        }
    }

    private void PassByteOrderMark(ref ReadOnlySpan<byte> bytes)
    {
        while (_bomBytes < 3 && !bytes.IsEmpty)
        {
            if (bytes[0] != "\uFEFF"u8[_bomBytes])
            {
                _bomBytes = 3;
                return;
            }

            _bomBytes++;
            bytes = bytes[1..];
        }
    }
}
