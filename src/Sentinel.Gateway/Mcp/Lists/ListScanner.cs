using System.Buffers;

namespace Sentinel.Gateway.Mcp.Lists;

/// <summary>
/// Follows JSON messages as they stream by, whatever the split points, and tells whether one of them brings a list.
/// </summary>
/// <remarks>
/// It goes by the shape: an array in a result, under a key that any client could take for that of a list. So it needs
/// to know no ids, and finds a list on whichever stream and by whichever replica it comes.
/// </remarks>
internal struct ListScanner
{
    // The longest key of a list, each letter spelled as \uXXXX.
    private const int KeyBytesMax = 128;

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[],:"u8);

    // Results that are no lists, so that their bulk need not be waited for.
    private static readonly string[] OtherResultKeys =
        ["content", "structuredContent", "isError", "contents", "messages", "capabilities", "completion", "task"];

    private Place _place;
    private Member _member;
    private JsonSkipper _skipper;
    private bool _isInString;
    private bool _isKeyNext;
    private bool _isKey;
    private CapturedValue _key;

    /// <summary>Whether a list has begun.</summary>
    public bool HasList { get; private set; }

    /// <summary>Whether this is one message, and by its first members something else than a list.</summary>
    public bool IsOther { get; private set; }

    /// <summary>Whether this is a batch of messages.</summary>
    public bool IsBatch { get; private set; }

    /// <summary>Reads on to the end of the bytes.</summary>
    public void Scan(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var read = _skipper.IsInContainer ? _skipper.SkipContainer(bytes)
                : _isInString ? ScanString(bytes)
                : ScanStructure(bytes);
            bytes = bytes[read..];
        }
    }

    /// <summary>Forgets everything: the bytes that follow begin a new JSON text.</summary>
    public void Reset()
    {
        var key = _key;
        this = default;
        _key = key;
    }

    private int ScanString(ReadOnlySpan<byte> bytes)
    {
        var length = _skipper.SkipString(bytes, out var isEnd);
        if (_isKey)
        {
            _key.Append(bytes[..(isEnd ? length - 1 : length)], KeyBytesMax);
        }

        _isInString = !isEnd;
        return length;
    }

    private int ScanStructure(ReadOnlySpan<byte> bytes)
    {
        var next = bytes.IndexOfAny(Structure);
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
                Close();
                break;
            case (byte)',':
                _isKeyNext = _place is Place.Message or Place.Result;
                _member = Member.Other;
                break;
            case (byte)':':
                _isKeyNext = false;
                _member = BeginMember();
                break;
        }

        return next + 1;
    }

    private void BeginString()
    {
        _isInString = true;
        _skipper.BeginString();
        _isKey = _isKeyNext;
        if (_isKey)
        {
            _key.Begin(CapturedKind.String);
        }
    }

    private void Open(bool isObject)
    {
        switch (_place, isObject, _member)
        {
            case (Place.Root, false, _):
                _place = Place.Batch;
                IsBatch = true;
                break;
            case (Place.Root or Place.Batch, true, _):
                _place = Place.Message;
                _isKeyNext = true;
                break;
            case (Place.Message, true, Member.Result):
                _place = Place.Result;
                _isKeyNext = true;
                break;
            default:
                HasList |= _place == Place.Result && !isObject && _member == Member.List;
                _skipper.BeginContainer();
                break;
        }

        _member = Member.Other;
    }

    private void Close()
    {
        _isKeyNext = false;
        _member = Member.Other;
        _place = _place switch
        {
            Place.Result => Place.Message,
            Place.Message when IsBatch => Place.Batch,
            _ => Place.Root,
        };
    }

    private Member BeginMember()
    {
        switch (_place)
        {
            case Place.Message when _key.IsText("jsonrpc"u8) || _key.IsText("id"u8) || _key.IsText("params"u8):
                return Member.Other;
            case Place.Message when _key.IsText("method"u8) || _key.IsText("error"u8):
                IsOther |= !IsBatch;
                return Member.Other;
            case Place.Message:
                return Folding.IsAlike(_key.ToText(KeyBytesMax), "result") ? Member.Result : Member.Other;
            case Place.Result:
                var key = _key.ToText(KeyBytesMax);
                IsOther |= !IsBatch && OtherResultKeys.Contains(key, StringComparer.Ordinal);
                return ListKinds.OfKey(key, out _) is null ? Member.Other : Member.List;
            default:
                return Member.Other;
        }
    }

    private enum Place : byte
    {
        Root,
        Batch,
        Message,
        Result,
    }

    private enum Member : byte
    {
        Other,
        Result,
        List,
    }
}
