using System.Text.Json;
using System.Text.Unicode;

namespace Sentinel.Gateway.Mcp;

/// <summary>Parts the messages of a batch: an array, as revision 2025-03-26 defines it.</summary>
internal static class MessageBatch
{
    /// <summary>As many as the official TypeScript SDK takes.</summary>
    public const int MessagesMax = 100;

    /// <summary>Whether the body is an array, whatever is in it.</summary>
    public static bool IsBatch(ReadOnlySpan<byte> body)
    {
        var start = body.IndexOfAnyExcept(" \t\r\n"u8);
        return start >= 0 && body[start] == '[';
    }

    /// <summary>Finds where each message lies; what it says is <see cref="MessageReader"/>'s to find.</summary>
    /// <returns>Null, or why the body is no batch of a size that is taken.</returns>
    public static MessageFault? Split(ReadOnlySpan<byte> body, List<Range> messages)
    {
        if (!Utf8.IsValid(body))
        {
            return MessageFault.Encoding;
        }

        try
        {
            var json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = StrictJson.DepthMax });
            json.Read();
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)json.TokenStartIndex;
                json.Skip();
                if (messages.Count < MessagesMax)
                {
                    messages.Add(start..(int)json.BytesConsumed);
                }
                else
                {
                    messages.Clear();
                    return MessageFault.BatchSize;
                }
            }

            json.Read();
            return messages.Count == 0 ? MessageFault.BatchSize : null;
        }
        catch (JsonException)
        {
            messages.Clear();
            return MessageFault.Json;
        }
    }
}
