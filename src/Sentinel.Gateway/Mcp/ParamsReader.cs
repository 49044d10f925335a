using System.Text;
using System.Text.Json;

namespace Sentinel.Gateway.Mcp;

/// <summary>Reads the <c>params</c> object: what the method acts on, wherever it stands among the members.</summary>
/// <remarks>
/// The method may come after its params, so everything that some method needs is kept, and judged at the end.
/// </remarks>
internal ref struct ParamsReader(KeyTable keys, McpMessage message)
{
    private const int SubscriptionsMax = 1024;

    // What W3C Trace Context asks everybody to carry on of a tracestate; a traceparent is shorter.
    private const int TraceBytesMax = 512;

    private string? _refType;
    private string? _refName;
    private string? _refUri;
    private string? _revision;
    private string? _traceParent;
    private string? _traceState;

    /// <summary>Reads from the object's first brace to its last.</summary>
    public MessageFault? Read(ref Utf8JsonReader json)
    {
        var mark = keys.Open();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (StrictJson.TakeProtocolKey(ref json, keys, mark) is { } keyFault)
            {
                return keyFault;
            }

            var key = KeyHere(ref json);
            json.Read();
            if (ReadValue(ref json, key) is { } fault)
            {
                return fault;
            }
        }

        keys.Close(mark);
        return null;
    }

    private MessageFault? ReadValue(ref Utf8JsonReader json, Key key)
    {
        switch (key)
        {
            case Key.Name when json.TokenType == JsonTokenType.String:
                message.Name = json.GetString();
                return HasControl(message.Name) ? MessageFault.ControlInName : null;
            case Key.Uri when json.TokenType == JsonTokenType.String:
                message.Uri = json.GetString();
                return HasControl(message.Uri) ? MessageFault.ControlInName : null;
            case Key.TaskId when json.TokenType == JsonTokenType.String:
                message.TaskId = json.GetString();
                return null;
            case Key.Arguments:
                var start = (int)json.TokenStartIndex;
                var fault = StrictJson.SkipValue(ref json, keys);
                message.Arguments = start..(int)json.BytesConsumed;
                return fault;
            case Key.RequestId:
                message.RequestId = JsonRpcId.Read(ref json);
                break;
            case Key.Meta or Key.Ref or Key.ClientInfo or Key.Notifications
                when json.TokenType == JsonTokenType.StartObject:
                return ReadObject(ref json, key);
        }

        return StrictJson.SkipValue(ref json, keys);
    }

    // An object of params whose own members the protocol defines.
    private MessageFault? ReadObject(ref Utf8JsonReader json, Key holder)
    {
        string? clientName = null;
        string? clientVersion = null;
        var mark = keys.Open();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            // What a client calls itself decides nothing, so its keys are as free as any user's.
            var keyFault = holder == Key.ClientInfo
                ? StrictJson.TakeKey(ref json, keys, mark)
                : StrictJson.TakeProtocolKey(ref json, keys, mark);
            if (keyFault is not null)
            {
                return keyFault;
            }

            var key = MemberHere(ref json, holder);
            json.Read();
            var fault = (key, json.TokenType) switch
            {
                (Key.ProtocolVersion, JsonTokenType.String) => Take(json.GetString(), ref _revision),
                (Key.TraceParent, JsonTokenType.String) => TakeShort(ref json, ref _traceParent),
                (Key.TraceState, JsonTokenType.String) => TakeShort(ref json, ref _traceState),
                (Key.Type, JsonTokenType.String) => Take(json.GetString(), ref _refType),
                (Key.Uri, JsonTokenType.String) => Take(json.GetString(), ref _refUri),
                (Key.Name, JsonTokenType.String) when holder == Key.Ref => Take(json.GetString(), ref _refName),
                (Key.Name, JsonTokenType.String) => Take(json.GetString(), ref clientName),
                (Key.Version, JsonTokenType.String) => Take(json.GetString(), ref clientVersion),
                (Key.ClientInfo, JsonTokenType.StartObject) => ReadObject(ref json, Key.ClientInfo),
                (Key.Subscriptions, JsonTokenType.StartArray) => ReadSubscriptions(ref json),
                _ => StrictJson.SkipValue(ref json, keys),
            };
            if (fault is not null)
            {
                return fault;
            }
        }

        keys.Close(mark);
        Settle(holder, clientName, clientVersion);
        return null;
    }

    private void Settle(Key holder, string? clientName, string? clientVersion)
    {
        switch (holder)
        {
            case Key.Meta:
                message.ProtocolVersion = _revision;
                message.TraceParent = _traceParent;
                message.TraceState = _traceState;
                break;
            case Key.ClientInfo when clientName is not null:
                message.ClientName = clientVersion is null ? clientName : $"{clientName}/{clientVersion}";
                break;
            case Key.Ref:
                message.Ref = (_refType, _refName, _refUri) switch
                {
                    ("ref/prompt", { } name, _) => new CompletionRef(IsPrompt: true, name),
                    ("ref/resource", _, { } uri) => new CompletionRef(IsPrompt: false, uri),
                    _ => null,
                };
                break;
        }
    }

    private readonly MessageFault? ReadSubscriptions(ref Utf8JsonReader json)
    {
        var uris = new List<string>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            // What is no string, or beyond all measure, could not be authorized.
            if (json.TokenType != JsonTokenType.String || uris.Count == SubscriptionsMax)
            {
                return MessageFault.Subscriptions;
            }

            uris.Add(json.GetString()!);
        }

        message.ResourceSubscriptions = uris;
        return null;
    }

    private static MessageFault? Take(string? value, ref string? place)
    {
        place = value;
        return null;
    }

    // A trace is nobody's to refuse a message for: what cannot be part of one is passed over.
    private static MessageFault? TakeShort(ref Utf8JsonReader json, ref string? place)
    {
        var bytes = json.HasValueSequence ? json.ValueSequence.Length : json.ValueSpan.Length;
        if (bytes <= TraceBytesMax && !json.ValueIsEscaped)
        {
            Span<byte> text = stackalloc byte[TraceBytesMax];
            text = text[..json.CopyString(text)];
            place = Ascii.IsValid(text) ? Encoding.ASCII.GetString(text) : null;
        }

        return null;
    }

    private static bool HasControl(string? text) => text.AsSpan().IndexOfAnyInRange('\0', '\u001F') >= 0;

    private static Key KeyHere(ref readonly Utf8JsonReader json) => json switch
    {
        _ when json.ValueTextEquals("name"u8) => Key.Name,
        _ when json.ValueTextEquals("arguments"u8) => Key.Arguments,
        _ when json.ValueTextEquals("_meta"u8) => Key.Meta,
        _ when json.ValueTextEquals("uri"u8) => Key.Uri,
        _ when json.ValueTextEquals("taskId"u8) => Key.TaskId,
        _ when json.ValueTextEquals("requestId"u8) => Key.RequestId,
        _ when json.ValueTextEquals("ref"u8) => Key.Ref,
        _ when json.ValueTextEquals("clientInfo"u8) => Key.ClientInfo,
        _ when json.ValueTextEquals("notifications"u8) => Key.Notifications,
        _ => Key.Other,
    };

    private static Key MemberHere(ref readonly Utf8JsonReader json, Key holder) => holder switch
    {
        Key.Meta when json.ValueTextEquals("io.modelcontextprotocol/protocolVersion"u8) => Key.ProtocolVersion,
        Key.Meta when json.ValueTextEquals("io.modelcontextprotocol/clientInfo"u8) => Key.ClientInfo,
        Key.Meta when json.ValueTextEquals("traceparent"u8) => Key.TraceParent,
        Key.Meta when json.ValueTextEquals("tracestate"u8) => Key.TraceState,
        Key.Ref or Key.ClientInfo when json.ValueTextEquals("name"u8) => Key.Name,
        Key.Ref when json.ValueTextEquals("uri"u8) => Key.Uri,
        Key.Ref when json.ValueTextEquals("type"u8) => Key.Type,
        Key.ClientInfo when json.ValueTextEquals("version"u8) => Key.Version,
        Key.Notifications when json.ValueTextEquals("resourceSubscriptions"u8) => Key.Subscriptions,
        _ => Key.Other,
    };

    private enum Key
    {
        Other,
        Name,
        Arguments,
        Meta,
        Uri,
        TaskId,
        RequestId,
        Ref,
        ClientInfo,
        Notifications,
        ProtocolVersion,
        Type,
        Version,
        Subscriptions,
        TraceParent,
        TraceState,
    }
}
