using System.Text.Json;

namespace Sentinel.Gateway.Mcp;

/// <summary>Steps of the strict reader that every object takes: keys that no two servers read differently.</summary>
internal static class StrictJson
{
    public const int DepthMax = 64;

    /// <summary>
    /// Takes a key of an object that the protocol gives meaning to: no repetition, and no look-alike of a protocol key
    /// or of a neighbour.
    /// </summary>
    public static MessageFault? TakeProtocolKey(ref readonly Utf8JsonReader json, KeyTable keys, KeyTable.Mark mark)
    {
        var bytes = json.ValueSpan.Length;
        var room = keys.Reserve(2 * bytes);
        var key = room[bytes..][..json.CopyString(room[bytes..])];
        var length = ProtocolKeys.Fold(key, room);
        return ProtocolKeys.IsLookAlike(key, room[..length]) || !keys.TryAdd(mark, length)
            ? MessageFault.LookAlikeKey
            : null;
    }

    /// <summary>Takes a key of an object that is the user's data: no repetition, in any spelling of escapes.</summary>
    public static MessageFault? TakeKey(ref readonly Utf8JsonReader json, KeyTable keys, KeyTable.Mark mark) =>
        keys.TryAdd(mark, json.CopyString(keys.Reserve(json.ValueSpan.Length))) ? null : MessageFault.DuplicateKey;

    /// <summary>
    /// Reads to the value's last token. Objects inside need distinct keys, though not by case: they are a user's data.
    /// </summary>
    public static MessageFault? SkipValue(ref Utf8JsonReader json, KeyTable keys)
    {
        if (json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return null;
        }

        Span<KeyTable.Mark> marks = stackalloc KeyTable.Mark[DepthMax + 1];
        var outer = json.CurrentDepth;
        var depth = 0;
        do
        {
            switch (json.TokenType)
            {
                case JsonTokenType.StartObject:
                case JsonTokenType.StartArray:
                    marks[depth++] = keys.Open();
                    break;
                case JsonTokenType.EndObject:
                case JsonTokenType.EndArray:
                    keys.Close(marks[--depth]);
                    break;
                case JsonTokenType.PropertyName when TakeKey(ref json, keys, marks[depth - 1]) is { } fault:
                    return fault;
            }
        }
        while (depth > 0 && json.Read());

        return json.CurrentDepth == outer ? null : MessageFault.Json;
    }
}
