namespace Sentinel.Gateway.Mcp.Lists;

/// <summary>
/// Passes an event stream on as it comes, but for events that bring a list: those are held until they are whole, and
/// passed without the items that are not shown.
/// </summary>
/// <remarks>
/// A client does nothing with an event before its blank line, so holding its beginning delays nothing. An event that
/// is by its first members no list, or long without having shown what it is, passes as it comes; should it bring a
/// list after all, the stream is cut before the event ends.
/// </remarks>
/// <param name="shows">Which items are shown.</param>
/// <param name="edits">Whether anything may change; otherwise lists are only looked at, and everything passes.</param>
internal sealed class ListEventReader(ShowsItem shows, bool edits = true)
{
    /// <summary>The longest event with a list, in bytes.</summary>
    public const int HeldBytesMax = 16 * 1024 * 1024;

    /// <summary>How much of an event is held that has not shown yet what it is, in bytes.</summary>
    public const int UndecidedBytesMax = 64 * 1024;

    // A stream may be quiet for hours after one large list.
    private const int BytesKept = 4 * 1024;

    private byte[] _bytes = [];
    private int _passed;
    private int _ready;
    private int _length;
    private bool _isPassing;
    private SseReader _sse;
    private ListScanner _scanner;

    /// <summary>What may be passed on.</summary>
    public ReadOnlySpan<byte> Passable => _bytes.AsSpan(_passed, _ready - _passed);

    /// <summary>Whether the stream must end here: a list came that cannot be read, or too late or long.</summary>
    public bool IsCut { get; private set; }

    /// <summary>How many items were cut out so far.</summary>
    public int HiddenCount { get; private set; }

    /// <summary>Takes the next bytes of the stream.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !IsCut)
        {
            var count = _sse.Read(bytes, out var data, out var isEventEnd);
            Append(bytes[..count]);
            bytes = bytes[count..];
            _scanner.Scan(data);
            if (_isPassing)
            {
                GoOnPassing(isEventEnd);
            }
            else if (isEventEnd)
            {
                EndEvent();
            }
            else
            {
                Hold();
            }
        }
    }

    /// <summary>
    /// Learns that the stream has ended: what was held is no event, unless a lenient client takes it for one.
    /// </summary>
    public void End()
    {
        IsCut |= edits && _scanner.HasList;
        _ready = IsCut ? _ready : _length;
    }

    /// <summary>Forgets so many of the <see cref="Passable"/> bytes.</summary>
    public void Pass(int count)
    {
        _passed += count;
        if (_passed < _length)
        {
            return;
        }

        _passed = _ready = _length = 0;
        _bytes = _bytes.Length > BytesKept ? [] : _bytes;
    }

    private void GoOnPassing(bool isEventEnd)
    {
        IsCut = edits && _scanner.HasList;
        if (!IsCut)
        {
            Release(isEventEnd);
        }
    }

    private void Hold()
    {
        var held = _length - _ready;
        if (_scanner.HasList && edits)
        {
            IsCut = held > HeldBytesMax;
        }
        else if (_scanner.IsOther || held > (_scanner.IsBatch || _scanner.HasList ? HeldBytesMax : UndecidedBytesMax))
        {
            _isPassing = true;
            _ready = _length;
        }
        else if (!_sse.HasData && held > 0 && _bytes[_length - 1] is (byte)'\r' or (byte)'\n')
        {
            // Comments and fields before any data: keep-alives among them.
            _ready = _length;
        }
    }

    private void EndEvent()
    {
        if (_scanner.HasList)
        {
            var edit = ListEvent.Edit(_bytes.AsSpan(_ready, _length - _ready), shows);
            IsCut = edits && !edit.IsReadable;
            if (IsCut)
            {
                return;
            }

            if (edits && edit.Bytes is { } edited)
            {
                HiddenCount += edit.HiddenCount;
                _length = _ready;
                Append(edited);
            }
        }

        Release(isEventEnd: true);
    }

    private void Release(bool isEventEnd)
    {
        _ready = _length;
        if (isEventEnd)
        {
            _isPassing = false;
            _scanner.Reset();
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > _bytes.Length)
        {
            var held = _bytes.AsSpan(_passed, _length - _passed);
            var room = held.Length + bytes.Length;
            var grown = room <= _bytes.Length / 2 ? _bytes : new byte[room + (room / 4) + 64];
            held.CopyTo(grown);
            _bytes = grown;
            _length -= _passed;
            _ready -= _passed;
            _passed = 0;
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }
}
