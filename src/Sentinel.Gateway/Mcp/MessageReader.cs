using System.Text.Json;
using System.Text.Unicode;

namespace Sentinel.Gateway.Mcp;

/// <summary>The strict reader: takes only bodies that every server reads alike, and says what they ask for.</summary>
/// <remarks>
/// One pass over the bytes where they lie. Whatever two JSON readers could understand differently (repeated keys, keys
/// that differ only in case, odd ids, text that is no Unicode) is a fault, because what is authorized and recorded must
/// be what the server executes.
/// </remarks>
internal ref struct MessageReader
{
    private const int DepthMax = 64;

    [ThreadStatic]
    private static KeyTable? _threadKeys;

    private readonly McpMessage _message = new();
    private readonly KeyTable _keys;
    private Utf8JsonReader _json;
    private bool _hasVersion;
    private bool _hasId;
    private bool _hasMethod;
    private bool _hasResult;
    private bool _hasError;
    private bool _hasOddName;

    private MessageReader(ReadOnlySpan<byte> body, KeyTable keys)
    {
        _keys = keys;
        _json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = DepthMax });
    }

    /// <summary>Reads a whole body.</summary>
    /// <param name="message">What could be read; after a fault only what had been read without doubt by then.</param>
    /// <returns>Null, or the first fault.</returns>
    public static MessageFault? Read(ReadOnlySpan<byte> body, out McpMessage message)
    {
        if (body.StartsWith("\uFEFF"u8))
        {
            message = new McpMessage();
            return MessageFault.Bom;
        }

        if (!Utf8.IsValid(body))
        {
            message = new McpMessage();
            return MessageFault.Encoding;
        }

        var keys = _threadKeys ??= new KeyTable();
        var reader = new MessageReader(body, keys);
        message = reader._message;
        try
        {
            return reader.ReadRoot() ?? reader.Judge();
        }
        catch (JsonException)
        {
            return MessageFault.Json;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate escape in a string that is unescaped here.
            return MessageFault.UnreadableString;
        }
        finally
        {
            keys.Reset();
        }
    }

    private MessageFault? ReadRoot()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            var isBatch = _json.TokenType == JsonTokenType.StartArray;
            _json.Skip();
            _json.Read();
            return isBatch ? MessageFault.Batch : MessageFault.NotAnObject;
        }

        var mark = _keys.Open();
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadProtocolKey(mark) is { } keyFault)
            {
                return keyFault;
            }

            var key = RootKeyHere();
            _json.Read();
            if (ReadRootValue(key) is { } fault)
            {
                return fault;
            }
        }

        // Reading on past the root is what finds trailing data.
        _json.Read();
        return null;
    }

    private MessageFault? ReadRootValue(RootKey key)
    {
        switch (key)
        {
            case RootKey.JsonRpc:
                _hasVersion = _json.TokenType == JsonTokenType.String && _json.ValueTextEquals("2.0"u8);
                break;
            case RootKey.Id:
                _hasId = true;
                _message.Id = JsonRpcId.Read(ref _json);
                break;
            case RootKey.Method when _json.TokenType == JsonTokenType.String:
                _hasMethod = true;
                _message.Method = McpMethods.MatchRequest(ref _json) ?? _json.GetString();
                break;
            case RootKey.Method:
                _hasMethod = true;
                break;
            case RootKey.Params when _json.TokenType == JsonTokenType.StartObject:
                var start = (int)_json.TokenStartIndex;
                var fault = ReadParams();
                _message.Params = start..(int)_json.BytesConsumed;
                return fault;
            case RootKey.Result:
                _hasResult = true;
                break;
            case RootKey.Error:
                _hasError = true;
                break;
        }

        return SkipValue();
    }

    private MessageFault? ReadParams()
    {
        var mark = _keys.Open();
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadProtocolKey(mark) is { } keyFault)
            {
                return keyFault;
            }

            var isName = _json.ValueTextEquals("name"u8);
            var isMeta = _json.ValueTextEquals("_meta"u8);
            _json.Read();
            MessageFault? fault;
            if (isMeta && _json.TokenType == JsonTokenType.StartObject)
            {
                fault = ReadMeta();
            }
            else
            {
                if (isName && _json.TokenType == JsonTokenType.String)
                {
                    _message.ToolName = _json.GetString();
                }

                _hasOddName |= isName && _json.TokenType != JsonTokenType.String;
                fault = SkipValue();
            }

            if (fault is not null)
            {
                return fault;
            }
        }

        _keys.Close(mark);
        return null;
    }

    private MessageFault? ReadMeta()
    {
        var mark = _keys.Open();
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadProtocolKey(mark) is { } keyFault)
            {
                return keyFault;
            }

            var isVersion = _json.ValueTextEquals("io.modelcontextprotocol/protocolVersion"u8);
            _json.Read();
            if (isVersion && _json.TokenType == JsonTokenType.String)
            {
                _message.ProtocolVersion = _json.GetString();
            }

            if (SkipValue() is { } fault)
            {
                return fault;
            }
        }

        _keys.Close(mark);
        return null;
    }

    // Leaves the reader at the value's last token. Objects inside need distinct keys too, though not by case: they are
    // the user's data.
    private MessageFault? SkipValue()
    {
        if (_json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return null;
        }

        Span<KeyTable.Mark> marks = stackalloc KeyTable.Mark[DepthMax + 1];
        var outer = _json.CurrentDepth;
        var depth = 0;
        do
        {
            switch (_json.TokenType)
            {
                case JsonTokenType.StartObject:
                case JsonTokenType.StartArray:
                    marks[depth++] = _keys.Open();
                    break;
                case JsonTokenType.EndObject:
                case JsonTokenType.EndArray:
                    _keys.Close(marks[--depth]);
                    break;
                case JsonTokenType.PropertyName when !AddPlainKey(marks[depth - 1]):
                    return MessageFault.DuplicateKey;
            }
        }
        while (depth > 0 && _json.Read());

        return _json.CurrentDepth == outer ? null : MessageFault.Json;
    }

    private readonly MessageFault? ReadProtocolKey(KeyTable.Mark mark)
    {
        var bytes = _json.ValueSpan.Length;
        var room = _keys.Reserve(2 * bytes);
        var key = room[bytes..][.._json.CopyString(room[bytes..])];
        var length = ProtocolKeys.Fold(key, room);
        return ProtocolKeys.IsLookAlike(key, room[..length]) || !_keys.TryAdd(mark, length)
            ? MessageFault.LookAlikeKey
            : null;
    }

    private readonly bool AddPlainKey(KeyTable.Mark mark) =>
        _keys.TryAdd(mark, _json.CopyString(_keys.Reserve(_json.ValueSpan.Length)));

    private RootKey RootKeyHere() => _json switch
    {
        _ when _json.ValueTextEquals("jsonrpc"u8) => RootKey.JsonRpc,
        _ when _json.ValueTextEquals("id"u8) => RootKey.Id,
        _ when _json.ValueTextEquals("method"u8) => RootKey.Method,
        _ when _json.ValueTextEquals("params"u8) => RootKey.Params,
        _ when _json.ValueTextEquals("result"u8) => RootKey.Result,
        _ when _json.ValueTextEquals("error"u8) => RootKey.Error,
        _ => RootKey.Other,
    };

    private readonly MessageFault? Judge()
    {
        if (!_hasVersion)
        {
            return MessageFault.Version;
        }

        if (_hasId && _message.Id is null)
        {
            return MessageFault.Id;
        }

        if (!_hasMethod)
        {
            // An error without an id is what a peer sends that could not read the request.
            return (_hasResult && _hasId && !_hasError) || (_hasError && !_hasResult) ? null : MessageFault.Shape;
        }

        if (_hasResult || _hasError)
        {
            return MessageFault.Shape;
        }

        return JudgeMethod();
    }

    private readonly MessageFault? JudgeMethod()
    {
        if (_message.Method is not { } method)
        {
            return MessageFault.Method;
        }

        var isKnownRequest = McpMethods.IsRequest(method);
        if (!isKnownRequest && McpMethods.LooksLikeRequest(method))
        {
            return MessageFault.Method;
        }

        if (isKnownRequest && !_hasId)
        {
            return MessageFault.MissingId;
        }

        return _message.IsToolCall && (_message.ToolName is null || _hasOddName) ? MessageFault.ToolName : null;
    }

    private enum RootKey
    {
        Other,
        JsonRpc,
        Id,
        Method,
        Params,
        Result,
        Error,
    }
}
