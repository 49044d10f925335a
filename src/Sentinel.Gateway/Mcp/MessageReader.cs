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

    private MessageReader(ReadOnlySpan<byte> body, KeyTable keys)
    {
        _keys = keys;
        _json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = StrictJson.DepthMax });
    }

    /// <summary>Reads a whole body, or one message of a batch.</summary>
    /// <param name="message">What could be read; after a fault only its id and method, where they are beyond doubt.
    /// </param>
    /// <returns>Null, or the first fault.</returns>
    public static MessageFault? Read(ReadOnlySpan<byte> body, out McpMessage message)
    {
        var fault = ReadStrictly(body, out message);
        message.IsSound = fault is null;
        if (fault is not null and not { Kind: MessageFaultKind.Parse })
        {
            message = BeyondDoubt.Read(body);
        }

        return fault;
    }

    private static MessageFault? ReadStrictly(ReadOnlySpan<byte> body, out McpMessage message)
    {
        message = new McpMessage();
        if (body.StartsWith("\uFEFF"u8))
        {
            return MessageFault.Bom;
        }

        if (!Utf8.IsValid(body))
        {
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
            _json.Skip();
            _json.Read();
            return MessageFault.NotAnObject;
        }

        var mark = _keys.Open();
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (StrictJson.TakeProtocolKey(ref _json, _keys, mark) is { } keyFault)
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
                _message.Known = McpMethods.Match(ref _json);
                _message.Method = _message.Known?.Name ?? _json.GetString();
                break;
            case RootKey.Method:
                _hasMethod = true;
                break;
            case RootKey.Params when _json.TokenType == JsonTokenType.StartObject:
                var start = (int)_json.TokenStartIndex;
                var fault = new ParamsReader(_keys, _message).Read(ref _json);
                _message.Params = start..(int)_json.BytesConsumed;
                return fault;
            case RootKey.Result:
                _hasResult = true;
                break;
            case RootKey.Error:
                _hasError = true;
                break;
        }

        return StrictJson.SkipValue(ref _json, _keys);
    }

    private readonly RootKey RootKeyHere() => _json switch
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

        return _hasResult || _hasError ? MessageFault.Shape : JudgeMethod();
    }

    private readonly MessageFault? JudgeMethod()
    {
        if (_message.Method is not { } method || (_message.Known is null && McpMethods.LooksKnown(method)))
        {
            return MessageFault.Method;
        }

        if (_message.Known is not { } known)
        {
            return null;
        }

        if (known.IsRequest && !_hasId)
        {
            return MessageFault.MissingId;
        }

        return HasTarget(known) ? null : MessageFault.Target(known);
    }

    private readonly bool HasTarget(McpMethod method) => method.Target switch
    {
        TargetKey.Name => _message.Name is not null,
        TargetKey.Uri => _message.Uri is not null,
        TargetKey.TaskId => _message.TaskId is not null,
        TargetKey.Ref => _message.Ref is not null,
        _ => true,
    };

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
