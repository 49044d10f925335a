using System.Text.Json;
using System.Text.Unicode;

namespace Sentinel.Gateway.Mcp.Lists;

/// <summary>
/// Cuts the items that a caller is not shown out of an answer; every other byte stays as the server spelled it.
/// </summary>
/// <remarks>
/// Strict where a lenient client could read another list than this does: repeated keys, or keys that differ in case
/// only, in the message and its result make the answer unreadable. An item whose name is in such doubt is not shown.
/// A list that is edited at all is private: what it holds depends on who asks.
/// </remarks>
internal ref struct ListEditor
{
    private const int DepthMax = 512;

    [ThreadStatic]
    private static KeyTable? _threadKeys;

    private readonly ReadOnlySpan<byte> _text;
    private readonly ShowsItem _shows;
    private readonly KeyTable _keys;
    private Utf8JsonReader _json;
    private ListCuts? _cuts;
    private int _hidden;

    private ListEditor(ReadOnlySpan<byte> text, ShowsItem shows, KeyTable keys)
    {
        _text = text;
        _shows = shows;
        _keys = keys;
        _json = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = DepthMax });
    }

    /// <param name="answer">One JSON text: a message, or a batch of them.</param>
    /// <param name="shows">Which items are shown.</param>
    public static ListEdit Edit(ReadOnlySpan<byte> answer, ShowsItem shows)
    {
        // Clients pass over a byte order mark at the beginning of a body.
        var bomBytes = answer.StartsWith("\uFEFF"u8) ? 3 : 0;
        if (!Utf8.IsValid(answer))
        {
            return ListEdit.Unreadable;
        }

        var keys = _threadKeys ??= new KeyTable();
        var editor = new ListEditor(answer[bomBytes..], shows, keys);
        try
        {
            return editor.ReadRoot() ? editor.Write(answer[..bomBytes]) : ListEdit.Unreadable;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or a key that is no Unicode.
            return ListEdit.Unreadable;
        }
        finally
        {
            keys.Reset();
        }
    }

    private bool ReadRoot()
    {
        _json.Read();
        var isReadable = true;
        if (_json.TokenType == JsonTokenType.StartArray)
        {
            while (isReadable && _json.Read() && _json.TokenType != JsonTokenType.EndArray)
            {
                isReadable = ReadMessage();
            }
        }
        else
        {
            isReadable = ReadMessage();
        }

        // Reading on past the root is what finds trailing data.
        return isReadable && !_json.Read();
    }

    private bool ReadMessage()
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            _json.Skip();
            return true;
        }

        var mark = _keys.Open();
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (!TryTakeKey(mark, out var key))
            {
                return false;
            }

            var isResult = Folding.IsAlike(key, "result");
            var isExact = key is "result";
            _json.Read();
            if (isResult && _json.TokenType == JsonTokenType.StartObject)
            {
                if (!isExact || !ReadResult())
                {
                    return false;
                }
            }
            else
            {
                _json.Skip();
            }
        }

        _keys.Close(mark);
        return true;
    }

    private bool ReadResult()
    {
        var mark = _keys.Open();
        (int Start, int End)? scope = null;
        var hasList = false;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (!TryTakeKey(mark, out var key))
            {
                return false;
            }

            var kind = ListKinds.OfKey(key, out var isExact);
            var isScope = Folding.IsAlike(key, ListKinds.CacheScopeKey);
            isExact |= key is ListKinds.CacheScopeKey;
            _json.Read();
            if (kind is { } list && _json.TokenType == JsonTokenType.StartArray)
            {
                hasList = true;
                ReadItems(list);
            }
            else if (isScope)
            {
                var start = (int)_json.TokenStartIndex;
                var isPrivate = _json.TokenType == JsonTokenType.String && _json.ValueTextEquals("private"u8);
                _json.Skip();
                scope = isPrivate ? null : (start, (int)_json.BytesConsumed);
            }
            else
            {
                _json.Skip();
                continue;
            }

            if (!isExact)
            {
                return false;
            }
        }

        _keys.Close(mark);
        if (hasList && scope is { } place)
        {
            (_cuts ??= new ListCuts()).MakePrivate(place.Start, place.End);
        }

        return true;
    }

    // A hidden item goes with the comma that parts it from the shown one before it, or else from the next.
    private void ReadItems(ListKind kind)
    {
        var previousEnd = -1;
        var hiddenFrom = -1;
        var hasShown = false;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)_json.TokenStartIndex;
            if (hiddenFrom >= 0 && !hasShown)
            {
                _cuts!.Remove(hiddenFrom, start);
                hiddenFrom = -1;
            }

            var name = ReadName(kind);
            var end = (int)_json.BytesConsumed;
            if (name is not null && _shows(kind, name, _text[start..end]))
            {
                hasShown = true;
            }
            else
            {
                _hidden++;
                _cuts ??= new ListCuts();
                if (hasShown)
                {
                    _cuts.Remove(previousEnd, end);
                }
                else
                {
                    hiddenFrom = start;
                }
            }

            previousEnd = end;
        }

        if (hiddenFrom >= 0)
        {
            _cuts!.Remove(hiddenFrom, previousEnd);
        }
    }

    // Reads to the item's end. Null where no name can be read that every client would read alike, and a call could
    // carry.
    private string? ReadName(ListKind kind)
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            _json.Skip();
            return null;
        }

        var itemKey = ListKinds.ItemKey(kind);
        string? name = null;
        var isSure = true;
        var found = 0;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var isAlike = IsAlike(itemKey, out var isExact);
            _json.Read();
            if (isAlike)
            {
                found++;
                isSure &= isExact && TryGetName(out name);
            }

            _json.Skip();
        }

        return isSure && found == 1 ? name : null;
    }

    private readonly bool TryGetName(out string? name)
    {
        name = null;
        if (_json.TokenType != JsonTokenType.String)
        {
            return false;
        }

        try
        {
            name = _json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a pair of surrogates.
            return false;
        }

        return name.AsSpan().IndexOfAnyInRange('\0', '\u001F') < 0;
    }

    private readonly bool IsAlike(string itemKey, out bool isExact)
    {
        if (!_json.ValueIsEscaped)
        {
            isExact = _json.ValueTextEquals(itemKey);

            // Each character takes four bytes at most, and an unescaped key has no NUL to be cut at.
            return isExact
                || (_json.ValueSpan.Length <= 4 * itemKey.Length && Folding.IsAlike(_json.GetString(), itemKey));
        }

        try
        {
            var key = _json.GetString();
            isExact = key == itemKey;
            return Folding.IsAlike(key, itemKey);
        }
        catch (InvalidOperationException)
        {
            // A key that is no Unicode: nobody knows what a client makes of it.
            isExact = false;
            return true;
        }
    }

    private readonly bool TryTakeKey(KeyTable.Mark mark, out ReadOnlySpan<char> key)
    {
        var room = _keys.Reserve(_json.ValueSpan.Length);
        var length = _json.CopyString(room);
        key = room[..length];
        return _keys.TryAdd(mark, length);
    }

    private readonly ListEdit Write(ReadOnlySpan<byte> head) =>
        _cuts is null ? ListEdit.Untouched : new ListEdit(true, _cuts.Write(head, _text), _hidden);
}
