using System.Text.Json;

namespace Sentinel.Gateway.Mcp;

/// <summary>
/// Reads what a refusal and its row need of a message that has a fault: its id and method, where no reader could
/// understand them differently.
/// </summary>
internal static class BeyondDoubt
{
    private const int KeyBytesMax = 256;

    /// <param name="body">One well-formed JSON text in UTF-8.</param>
    public static McpMessage Read(ReadOnlySpan<byte> body)
    {
        var message = new McpMessage();
        try
        {
            Read(body, message);
            return message;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Past the first fault there may be others: text that is no JSON, or a key that is no Unicode.
            return new McpMessage();
        }
    }

    private static void Read(ReadOnlySpan<byte> body, McpMessage message)
    {
        var json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = StrictJson.DepthMax });
        var ids = 0;
        var methods = 0;
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isId = Folds(ref json, "id", ref ids) && json.ValueTextEquals("id"u8);
            var isMethod = Folds(ref json, "method", ref methods) && json.ValueTextEquals("method"u8);
            json.Read();
            if (isId)
            {
                message.Id = JsonRpcId.Read(ref json);
            }
            else if (isMethod && json.TokenType == JsonTokenType.String)
            {
                message.Known = McpMethods.Match(ref json);
                message.Method = message.Known?.Name;
            }

            json.Skip();
        }

        if (ids > 1)
        {
            message.Id = null;
        }

        if (methods > 1)
        {
            message.Known = null;
            message.Method = null;
        }
    }

    // Whether a lenient reader might take the key for this one; each counts.
    private static bool Folds(ref readonly Utf8JsonReader json, string key, ref int count)
    {
        if (json.ValueSpan.Length > KeyBytesMax)
        {
            return false;
        }

        Span<char> text = stackalloc char[KeyBytesMax];
        Span<char> folded = stackalloc char[KeyBytesMax];
        var length = ProtocolKeys.Fold(text[..json.CopyString(text)], folded);
        var isAlike = folded[..length].SequenceEqual(key);
        count += isAlike ? 1 : 0;
        return isAlike;
    }
}
