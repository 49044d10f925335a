using System.Text;

namespace Sentinel.Gateway.Mcp;

/// <summary>
/// Looks for the <c>endpoint</c> event with which an HTTP+SSE server (2024-11-05) begins its stream: it says where
/// the client has to POST.
/// </summary>
/// <remarks>
/// Only the lines of the first event are ever held back, for a client does nothing with an event before its blank line.
/// </remarks>
internal sealed class EndpointEventReader
{
    /// <summary>The longest first event that is held, in bytes.</summary>
    public const int HeldBytesMax = 8 * 1024;

    private byte[] _bytes = new byte[512];
    private int _length;
    private int _scanned;
    private int _lineStart;
    private int _eventStart;
    private bool _skipsLineFeed;
    private bool _isPastFirstLine;
    private bool _hasFields;
    private bool _isEndpoint;
    private string? _data;

    /// <summary>What is known of the stream so far.</summary>
    public EndpointSearch State { get; private set; }

    /// <summary>Bytes that may be passed on as they came.</summary>
    public ReadOnlySpan<byte> Passable =>
        _bytes.AsSpan(0, State is EndpointSearch.Absent ? _length : _eventStart);

    /// <summary>What came after the endpoint event, once found.</summary>
    public ReadOnlySpan<byte> Rest => _bytes.AsSpan(_scanned, _length - _scanned);

    /// <summary>The event's data, once found.</summary>
    public string Endpoint => _data ?? "";

    /// <summary>Takes the next bytes of the stream.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + bytes.Length));
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
        while (State is EndpointSearch.Undecided && TryReadLine(out var line))
        {
            ReadLine(line);
        }

        if (State is EndpointSearch.Undecided && _length - _eventStart > HeldBytesMax)
        {
            State = _isEndpoint ? EndpointSearch.TooLong : EndpointSearch.Absent;
        }
    }

    /// <summary>Forgets what was <see cref="Passable"/>.</summary>
    public void Pass()
    {
        var count = Passable.Length;
        _bytes.AsSpan(count, _length - count).CopyTo(_bytes);
        _length -= count;
        _scanned -= Math.Min(_scanned, count);
        _lineStart -= Math.Min(_lineStart, count);
        _eventStart = 0;
    }

    private bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        line = default;
        if (_skipsLineFeed && _scanned < _length)
        {
            _skipsLineFeed = false;
            _scanned += _bytes[_scanned] == '\n' ? 1 : 0;
            _lineStart = _scanned;
            _eventStart = _hasFields ? _eventStart : _scanned;
        }

        var rest = _bytes.AsSpan(_scanned, _length - _scanned);
        var end = rest.IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0)
        {
            _scanned = _length;
            return false;
        }

        line = _bytes.AsSpan(_lineStart, _scanned + end - _lineStart);
        line = !_isPastFirstLine && line.StartsWith("\uFEFF"u8) ? line[3..] : line;
        _isPastFirstLine = true;
        _skipsLineFeed = rest[end] == '\r';
        _scanned += end + 1;
        _lineStart = _scanned;
        return true;
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (line.IsEmpty && _hasFields)
        {
            State = _isEndpoint ? EndpointSearch.Found : EndpointSearch.Absent;
        }
        else if (line.IsEmpty || colon == 0)
        {
            // Comments and blank lines between events are nobody's; those within the event go the way it goes.
            _eventStart = _hasFields ? _eventStart : _scanned;
        }
        else
        {
            _hasFields = true;
            var value = colon < 0 ? default : line[(colon + 1)..];
            ReadField(colon < 0 ? line : line[..colon], value.StartsWith(" "u8) ? value[1..] : value);
        }
    }

    private void ReadField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("event"u8))
        {
            _isEndpoint = value.SequenceEqual("endpoint"u8);
            State = _isEndpoint ? State : EndpointSearch.Absent;
        }
        else if (name.SequenceEqual("data"u8))
        {
            var text = Encoding.UTF8.GetString(value);
            _data = _data is null ? text : $"{_data}\n{text}";
        }
    }
}

/// <summary>What is known of a stream's beginning.</summary>
internal enum EndpointSearch
{
    /// <summary>The first event is not whole yet.</summary>
    Undecided,

    /// <summary>The first event is another.</summary>
    Absent,

    /// <summary>The first event is <c>endpoint</c>.</summary>
    Found,

    /// <summary>It is, and does not end.</summary>
    TooLong,
}
