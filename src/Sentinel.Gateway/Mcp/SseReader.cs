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
    // The names' bytes, as they are shifted into a number.
    private const uint DataName = 0x64617461;
    private const uint IdName = 0x6964;

    private State _state;
    private Field _field;
    private bool _skipsLineFeed;
    private bool _hasData;
    private bool _hasId;
    private bool _hasIdBytes;
    private bool _hasIdNul;
    private int _bomBytes;
    private int _nameBytes;
    private uint _name;

    /// <summary>Whether an event with an id has passed, with or without data.</summary>
    public bool HasEventId { get; private set; }

    /// <summary>Whether the event that is open has had a data field.</summary>
    public readonly bool HasData => _hasData;

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
                case State.Name when _nameBytes > 0 && (bytes[at] is (byte)'\r' or (byte)'\n'):
                    // A line without a colon is a field with an empty value.
                    _state = State.AfterColon;
                    break;
                case State.Name when _nameBytes == 0 && bytes[at..].StartsWith("data:"u8):
                    _skipsLineFeed = false;
                    _nameBytes = 4;
                    _name = DataName;
                    _state = State.AfterColon;
                    at += 5;
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
        if (_field == Field.Data)
        {
            data = value;
        }
        else
        {
            data = default;
            _hasIdBytes |= !value.IsEmpty;
            _hasIdNul |= _field == Field.Id && value.Contains((byte)0);
        }

        if (end < 0)
        {
            return bytes.Length;
        }

        // Clients ignore an id with a NUL in it.
        _hasId |= _field == Field.Id && _hasIdBytes && !_hasIdNul;
        EndLine(bytes[end]);
        return end + 1;
    }

    // Whether the value continues the data of an earlier line, so that a LF comes before it.
    private bool BeginValue()
    {
        _state = State.Value;
        _field = (_nameBytes, _name) switch
        {
            (4, DataName) => Field.Data,
            (2, IdName) => Field.Id,
            _ => Field.Other,
        };
        _hasIdBytes = false;
        _hasIdNul = false;
        var isJoined = _field == Field.Data && _hasData;
        _hasData |= _field == Field.Data;
        return isJoined;
    }

    // One byte of a field's name, or a blank line; true where that ends an event.
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
            var isEventEnd = _hasData;
            _hasData = false;
            HasEventId |= _hasId;
            EndLine(b);
            return isEventEnd;
        }

        if (b == ':')
        {
            _state = State.AfterColon;
            return false;
        }

        // Names longer than any known one need not be told apart.
        _nameBytes = Math.Min(_nameBytes + 1, 5);
        _name = (_name << 8) | b;
        return false;
    }

    private void EndLine(byte end)
    {
        _skipsLineFeed = end == '\r';
        _state = State.Name;
        _nameBytes = 0;
        _name = 0;
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

    private enum Field : byte
    {
        Other,
        Data,
        Id,
    }
}
