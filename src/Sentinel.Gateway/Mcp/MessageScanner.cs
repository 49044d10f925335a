using System.Buffers;

namespace Sentinel.Gateway.Mcp;

/// <summary>
/// Follows JSON messages as they stream by, whatever the split points, and keeps only what an outcome needs.
/// </summary>
/// <remarks>
/// Not a validator: it trusts the shape of what a server sends, and a message counts once its last brace has passed.
/// Memory is bounded by the captured values' limits, whatever the size of the answer.
/// </remarks>
internal sealed class MessageScanner
{
    private const int KeyBytesMax = 64;

    // The longest known value is input_required, and a server may spell each letter as \uXXXX.
    private const int ShortValueBytesMax = 96;

    // A character takes at most six bytes, as \uXXXX.
    private const int TextBytesMax = 6 * Answer.TextChars;

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[],:"u8);
    private static readonly SearchValues<byte> Containers = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> StringEnds = SearchValues.Create("\"\\"u8);

    private readonly Place[] _outer = new Place[8];
    private Place _place = Place.Root;
    private int _level;
    private int _skippedLevels;
    private bool _isInString;
    private bool _isEscaped;
    private bool _isKeyNext;
    private bool _isPrimitive;
    private Capture _capture;
    private CapturedValue _key;
    private CapturedValue _id;
    private CapturedValue _code;
    private CapturedValue _isError;
    private CapturedValue _resultType;
    private CapturedValue _text;
    private bool _hasMethod;
    private bool _hasError;
    private bool _hasResult;
    private bool _hasTask;

    /// <summary>The message that has just ended, until the next one begins.</summary>
    public ref readonly CapturedValue Id => ref _id;

    /// <summary>Reads on to the end of the bytes or of the next message.</summary>
    /// <param name="hasMessage">
    /// Whether a message ended; <see cref="Id"/> and <see cref="ToAnswer"/> then speak of it.
    /// </param>
    /// <returns>How many bytes were read.</returns>
    public int Scan(ReadOnlySpan<byte> bytes, out bool hasMessage)
    {
        var at = 0;
        hasMessage = false;
        while (at < bytes.Length && !hasMessage)
        {
            at += _isInString ? ScanString(bytes[at..]) : ScanStructure(bytes[at..], out hasMessage);
        }

        return at;
    }

    /// <summary>Forgets everything: the bytes that follow begin a new JSON text.</summary>
    public void Reset()
    {
        _place = Place.Root;
        _level = 0;
        _skippedLevels = 0;
        _isInString = false;
        _isEscaped = false;
        _isKeyNext = false;
        _isPrimitive = false;
        _capture = Capture.None;
        BeginMessage();
    }

    /// <summary>Whether the message that has just ended is a response: no method, and a result or an error.</summary>
    public bool IsResponse => !_hasMethod && (_hasResult || _hasError);

    /// <summary>Whether the message that has just ended is an error.</summary>
    public bool IsErrorResponse => !_hasMethod && _hasError;

    /// <summary>What the message that has just ended says of its request.</summary>
    public Answer ToAnswer()
    {
        if (_hasError)
        {
            return new Answer(AnswerKind.ProtocolError, _code.ToInt32(), _text.ToText(Answer.TextChars));
        }

        if (_isError.Is("true"u8))
        {
            return new Answer(AnswerKind.ToolError, null, _text.ToText(Answer.TextChars));
        }

        if (!_resultType.IsPresent)
        {
            return _hasTask ? Answer.Task : Answer.Success;
        }

        return _resultType switch
        {
            _ when _resultType.IsText("complete"u8) => Answer.Success,
            _ when _resultType.IsText("input_required"u8) => Answer.InputRequired,
            _ when _resultType.IsText("task"u8) => Answer.Task,
            _ => new Answer(
                AnswerKind.UnknownResult, null, $"Unknown resultType {_resultType.ToText(ShortValueBytesMax)}."),
        };
    }

    private int ScanString(ReadOnlySpan<byte> bytes)
    {
        if (_isEscaped)
        {
            _isEscaped = false;
            Keep(bytes[..1]);
            return 1;
        }

        var end = bytes.IndexOfAny(StringEnds);
        if (end < 0)
        {
            Keep(bytes);
            return bytes.Length;
        }

        if (bytes[end] == '\\')
        {
            _isEscaped = true;
            Keep(bytes[..(end + 1)]);
        }
        else
        {
            _isInString = false;
            Keep(bytes[..end]);
            _capture = Capture.None;
        }

        return end + 1;
    }

    private int ScanStructure(ReadOnlySpan<byte> bytes, out bool hasMessage)
    {
        hasMessage = false;
        var next = bytes.IndexOfAny(_skippedLevels > 0 ? Containers : Structure);
        var plain = next < 0 ? bytes : bytes[..next];
        if (_capture != Capture.None && !plain.IsEmpty)
        {
            KeepPrimitive(plain);
        }

        if (next < 0)
        {
            return bytes.Length;
        }

        switch (bytes[next])
        {
            case (byte)'"':
                BeginString();
                break;
            case (byte)'{':
            case (byte)'[':
                Open(bytes[next] == '{');
                break;
            case (byte)'}':
            case (byte)']':
                hasMessage = Close();
                break;
            case (byte)',':
                _capture = Capture.None;
                _isPrimitive = false;
                _isKeyNext = IsObject(_place);
                break;
            case (byte)':':
                _isKeyNext = false;
                _capture = CaptureOfKey();
                break;
        }

        return next + 1;
    }

    private void BeginString()
    {
        _isInString = true;
        if (_skippedLevels > 0)
        {
            return;
        }

        if (_isKeyNext)
        {
            _capture = Capture.Key;
        }

        if (_capture != Capture.None)
        {
            Captured().Begin(isString: true);
        }
    }

    private void KeepPrimitive(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            if (!_isPrimitive)
            {
                _isPrimitive = true;
                Captured().Begin(isString: false);
            }

            Keep([b]);
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_capture != Capture.None)
        {
            Captured().Append(bytes, Limit(_capture));
        }
    }

    private void Open(bool isObject)
    {
        var place = _skippedLevels > 0 ? Place.Skipped : PlaceInside(isObject);
        _capture = Capture.None;
        _isPrimitive = false;
        if (place == Place.Skipped)
        {
            _skippedLevels++;
            return;
        }

        _outer[_level++] = _place;
        _place = place;
        _isKeyNext = isObject;
        if (place == Place.Message)
        {
            BeginMessage();
        }
    }

    private bool Close()
    {
        _capture = Capture.None;
        _isPrimitive = false;
        if (_skippedLevels > 0)
        {
            _skippedLevels--;
            return false;
        }

        if (_level == 0)
        {
            return false;
        }

        var isMessage = _place == Place.Message;
        _place = _outer[--_level];
        _isKeyNext = false;
        return isMessage;
    }

    private void BeginMessage()
    {
        _key.Clear();
        _id.Clear();
        _code.Clear();
        _isError.Clear();
        _resultType.Clear();
        _text.Clear();
        _hasMethod = false;
        _hasError = false;
        _hasResult = false;
        _hasTask = false;
    }

    // Where the object or array that opens here leads, given the place and the key before it.
    private Place PlaceInside(bool isObject) => (_place, isObject) switch
    {
        (Place.Root or Place.Batch, true) => Place.Message,
        (Place.Root, false) => Place.Batch,
        (Place.Message, true) when _key.IsText("result"u8) => Place.Result,
        (Place.Message, true) when _key.IsText("error"u8) => Place.Error,
        (Place.Result, false) when _key.IsText("content"u8) => Place.Content,
        (Place.Content, true) when !_text.IsPresent => Place.ContentItem,
        _ => Place.Skipped,
    };

    // What the value after this key is kept as. The first content item with a text gives the tool's error text.
    private Capture CaptureOfKey()
    {
        switch (_place)
        {
            case Place.Message:
                _hasMethod |= _key.IsText("method"u8);
                _hasError |= _key.IsText("error"u8);
                _hasResult |= _key.IsText("result"u8);
                return _key.IsText("id"u8) ? Capture.Id : Capture.None;
            case Place.Error:
                return _key.IsText("code"u8) ? Capture.Code : _key.IsText("message"u8) ? Capture.Text : Capture.None;
            case Place.Result:
                _hasTask |= _key.IsText("task"u8);
                return _key.IsText("isError"u8) ? Capture.IsError
                    : _key.IsText("resultType"u8) ? Capture.ResultType : Capture.None;
            case Place.ContentItem:
                return _key.IsText("text"u8) ? Capture.Text : Capture.None;
            default:
                return Capture.None;
        }
    }

    private ref CapturedValue Captured()
    {
        switch (_capture)
        {
            case Capture.Id:
                return ref _id;
            case Capture.Code:
                return ref _code;
            case Capture.IsError:
                return ref _isError;
            case Capture.ResultType:
                return ref _resultType;
            case Capture.Text:
                return ref _text;
            default:
                return ref _key;
        }
    }

    private static int Limit(Capture capture) => capture switch
    {
        // An id in the answer may be spelled longer than in the request, with escapes.
        Capture.Id => 6 * JsonRpcId.BytesMax,
        Capture.Text => TextBytesMax,
        Capture.Key => KeyBytesMax,
        _ => ShortValueBytesMax,
    };

    private static bool IsObject(Place place) =>
        place is Place.Message or Place.Result or Place.Error or Place.ContentItem;

    private enum Place : byte
    {
        Root,
        Batch,
        Message,
        Error,
        Result,
        Content,
        ContentItem,
        Skipped,
    }

    private enum Capture : byte
    {
        None,
        Key,
        Id,
        Code,
        IsError,
        ResultType,
        Text,
    }
}
