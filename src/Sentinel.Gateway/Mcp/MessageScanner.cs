using System.Buffers;

namespace Sentinel.Gateway.Mcp;

/// <summary>
/// Follows JSON messages as they stream by, whatever the split points, and keeps only what an outcome needs: of
/// requests and notifications nothing.
/// </summary>
/// <remarks>
/// Not a validator: it trusts the shape of what a server sends, and a message counts once its last brace has passed.
/// Memory is bounded by the captured values' limits, whatever the size of the answer.
/// </remarks>
internal sealed class MessageScanner(ScannedMessage message)
{
    private const int KeyBytesMax = ScannedMessage.ShortValueBytesMax;

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[],:"u8);

    private readonly Place[] _outer = new Place[8];
    private Place _place = Place.Root;
    private int _level;
    private JsonSkipper _skipper;
    private bool _isInString;
    private bool _isKeyNext;
    private bool _isPrimitive;
    private KeptAs _keptAs;
    private CapturedValue _key;

    /// <summary>
    /// Where the messages go, one after the other; another may be put in its place once a message has ended.
    /// </summary>
    public ScannedMessage Message { get; set; } = message;

    /// <summary>Reads on to the end of the bytes or of the next message.</summary>
    /// <param name="hasMessage">
    /// Whether a message without a method ended; it stays in <see cref="Message"/> until the next begins.
    /// </param>
    /// <returns>How many bytes were read.</returns>
    public int Scan(ReadOnlySpan<byte> bytes, out bool hasMessage)
    {
        var at = 0;
        hasMessage = false;
        while (at < bytes.Length && !hasMessage)
        {
            var rest = bytes[at..];
            at += _skipper.IsInContainer ? _skipper.SkipContainer(rest)
                : _isInString ? ScanString(rest)
                : ScanStructure(rest, out hasMessage);
        }

        return at;
    }

    /// <summary>Forgets everything: the bytes that follow begin a new JSON text.</summary>
    public void Reset()
    {
        _place = Place.Root;
        _level = 0;
        _skipper.Reset();
        _isInString = false;
        _isKeyNext = false;
        _isPrimitive = false;
        _keptAs = KeptAs.Nothing;
    }

    private int ScanString(ReadOnlySpan<byte> bytes)
    {
        var length = _skipper.SkipString(bytes, out var isEnd);
        Keep(bytes[..(isEnd ? length - 1 : length)]);
        if (isEnd)
        {
            _isInString = false;
            _keptAs = KeptAs.Nothing;
        }

        return length;
    }

    private int ScanStructure(ReadOnlySpan<byte> bytes, out bool hasMessage)
    {
        hasMessage = false;
        var next = Structure.Contains(bytes[0]) ? 0 : bytes.IndexOfAny(Structure);
        var plain = next < 0 ? bytes : bytes[..next];
        if (_keptAs != KeptAs.Nothing && !plain.IsEmpty)
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
                _keptAs = KeptAs.Nothing;
                _isPrimitive = false;
                _isKeyNext = IsObject(_place);
                break;
            case (byte)':' when _place == Place.Message && _key.IsText("method"u8):
                // No response: the rest is passed over to its last brace.
                Leave();
                _skipper.BeginContainer();
                break;
            case (byte)':':
                _isKeyNext = false;
                _keptAs = BeginMember();
                break;
        }

        return next + 1;
    }

    private void BeginString()
    {
        _isInString = true;
        _skipper.BeginString();
        if (_isKeyNext)
        {
            _keptAs = KeptAs.Key;
        }

        if (_keptAs != KeptAs.Nothing)
        {
            Kept(out _).Begin(CapturedKind.String);
        }
    }

    private void KeepPrimitive(ReadOnlySpan<byte> bytes)
    {
        foreach (var range in bytes.SplitAny(" \t\r\n"u8))
        {
            if (bytes[range].IsEmpty)
            {
                continue;
            }

            if (!_isPrimitive)
            {
                _isPrimitive = true;
                Kept(out _).Begin(CapturedKind.Token);
            }

            Keep(bytes[range]);
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_keptAs != KeptAs.Nothing)
        {
            Kept(out var limit).Append(bytes, limit);
        }
    }

    private void Open(bool isObject)
    {
        var place = PlaceInside(isObject);
        if (_keptAs != KeptAs.Nothing)
        {
            Kept(out _).Begin(CapturedKind.Container);
        }

        _keptAs = KeptAs.Nothing;
        _isPrimitive = false;
        if (place == Place.Skipped)
        {
            _skipper.BeginContainer();
            return;
        }

        _key.Clear();
        _outer[_level++] = _place;
        _place = place;
        _isKeyNext = isObject;
        if (place == Place.Message)
        {
            Message.Clear();
        }
    }

    private bool Close()
    {
        _keptAs = KeptAs.Nothing;
        _isPrimitive = false;
        if (_level == 0)
        {
            return false;
        }

        var isMessage = _place == Place.Message;
        Leave();
        return isMessage;
    }

    private void Leave()
    {
        _place = _outer[--_level];
        _isKeyNext = false;
    }

    // Where the object or array that opens here leads, given the place and the key before it.
    private Place PlaceInside(bool isObject) => (_place, isObject) switch
    {
        (Place.Root or Place.Batch, true) => Place.Message,
        (Place.Root, false) => Place.Batch,
        (Place.Message, true) when _key.IsText("result"u8) => Place.Result,
        (Place.Message, true) when _key.IsText("error"u8) => Place.Error,
        (Place.Result, false) when _key.IsText("content"u8) => Place.Content,
        (Place.Content, true) when !Message.HasContentText => Place.ContentItem,
        _ => Place.Skipped,
    };

    // What the value after this key is kept as. The first content item with a text gives the tool's error text.
    private KeptAs BeginMember()
    {
        var keptAs = _place switch
        {
            Place.Message => Message.BeginMember(_key),
            Place.Result => Message.BeginResultMember(_key),
            Place.Error when _key.IsText("code"u8) => KeptAs.ErrorCode,
            Place.Error when _key.IsText("message"u8) => KeptAs.ErrorText,
            Place.ContentItem when _key.IsText("text"u8) => KeptAs.ContentText,
            _ => KeptAs.Nothing,
        };
        if (keptAs != KeptAs.Nothing)
        {
            Message.Value(keptAs, out _).Clear();
        }

        return keptAs;
    }

    private ref CapturedValue Kept(out int limit)
    {
        if (_keptAs == KeptAs.Key)
        {
            limit = KeyBytesMax;
            return ref _key;
        }

        return ref Message.Value(_keptAs, out limit);
    }

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
}
