namespace Sentinel.Gateway.Mcp;

/// <summary>
/// Finds the data of server-sent events in a byte stream, whatever its line endings and split points.
/// </summary>
/// <remarks>
/// WHATWG's rules: lines end in CR, LF or CRLF; a blank line ends an event; several <c>data</c> lines are joined by LF;
/// an event without its blank line does not count. Nothing is held: data is handed on as it comes.
/// </remarks>
internal struct SseReader
{
    private State _state;
    private bool _skipsLineFeed;
    private bool _isData;
    private bool _hasData;
    private int _bomBytes;
    private int _nameBytes;
    private bool _isDataName;

    /// <summary>Reads on to the end of the bytes, of a piece of data, or of an event.</summary>
    /// <param name="data">The piece of data found: a slice of the bytes, or a joining LF; may be empty.</param>
    /// <param name="isEventEnd">Whether an event with data ended here.</param>
    /// <returns>How many bytes were read; none where a joining LF goes first.</returns>
    public int Read(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> data, out bool isEventEnd)
    {
        data = default;
        isEventEnd = false;
        var at = 0;
        while (at < bytes.Length && !isEventEnd)
        {
            switch (_state)
            {
                case State.Value:
                    return at + ReadValue(bytes[at..], out data);
                case State.AfterColon:
                    at += bytes[at] == ' ' ? 1 : 0;
                    if (BeginValue())
                    {
                        data = "\n"u8;
                        return at;
                    }

                    break;
                case State.Start when IsBom(bytes[at]):
                    at++;
                    break;
                default:
                    isEventEnd = ReadName(bytes[at++]);
                    break;
            }
        }

        return at;
    }

    private int ReadValue(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> data)
    {
        var end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        var value = end < 0 ? bytes : bytes[..end];
        data = _isData ? value : default;
        if (end < 0)
        {
            return bytes.Length;
        }

        EndLine(bytes[end]);
        return end + 1;
    }

    // Whether the value continues the data of an earlier line, so that a LF comes before it.
    private bool BeginValue()
    {
        _state = State.Value;
        _isData = _isDataName && _nameBytes == 4;
        var isJoined = _isData && _hasData;
        _hasData |= _isData;
        return isJoined;
    }

    // One byte of a field's name or the end of its line; true at the blank line that ends an event.
    private bool ReadName(byte b)
    {
        if (b == '\n' && _skipsLineFeed)
        {
            _skipsLineFeed = false;
            return false;
        }

        _skipsLineFeed = false;
        if (b is (byte)'\r' or (byte)'\n')
        {
            var isEventEnd = _nameBytes == 0 && _hasData;
            _hasData &= _nameBytes != 0;
            EndLine(b);
            return isEventEnd;
        }

        if (b == ':')
        {
            _state = State.AfterColon;
            return false;
        }

        _isDataName = (_nameBytes == 0 || _isDataName) && _nameBytes < 4 && b == "data"u8[_nameBytes];
        _nameBytes++;
        return false;
    }

    private void EndLine(byte end)
    {
        _skipsLineFeed = end == '\r';
        _state = State.Name;
        _nameBytes = 0;
        _isDataName = false;
    }

    private bool IsBom(byte b)
    {
        if (_bomBytes < 3 && b == "\uFEFF"u8[_bomBytes])
        {
            _bomBytes++;
            return true;
        }

        // A part of a byte order mark is the beginning of a name.
        _state = State.Name;
        _nameBytes = _bomBytes % 3;
        return false;
    }

    private enum State : byte
    {
        Start,
        Name,
        AfterColon,
        Value,
    }
}
