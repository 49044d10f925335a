using System.Globalization;
using System.Text;
using System.Text.Json;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Tests.Mcp.Generated;

/// <summary>The responses of a whole event stream, found line by line and with System.Text.Json.</summary>
internal static class PlainWatching
{
    // The ids that are looked out for.
    private static readonly Dictionary<string, JsonRpcId> Ids =
        new[] { "1", "2", "-1", "12345678901234567890", "\"1\"", "\"a/b\"", "\"søk😀\"", "\"\"" }
            .ToDictionary(id => id, Observing.IdOf, StringComparer.Ordinal);

    /// <summary>One line for each response, and whether the stream can be resumed.</summary>
    public static (List<string> Responses, bool HasEventId) Of(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body);
        text = text.StartsWith('\uFEFF') ? text[1..] : text;
        var lines = text.Replace("\r\n", "\n").Replace('\r', '\n').Split('\n');
        List<string> responses = [];
        List<string> data = [];
        var id = "";
        var hasEventId = false;

        // What follows the last line end is no line yet.
        foreach (var line in lines[..^1])
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var field = colon < 0 ? line : line[..colon];
            var value = colon < 0 ? "" : line[(colon + 1)..];
            value = value.StartsWith(' ') ? value[1..] : value;
            switch (field)
            {
                case "" when line.Length == 0:
                    hasEventId |= id.Length > 0;
                    responses.AddRange(Responses(string.Join('\n', data)));
                    data.Clear();
                    break;
                case "data":
                    data.Add(value);
                    break;
                case "id" when value.Length > 0 && !value.Contains('\0'):
                    id = value;
                    break;
            }
        }

        return (responses, hasEventId);
    }

    /// <summary>The same line for a response that the observer found.</summary>
    public static string Describe(ResponseObserver observer)
    {
        var known = "";
        foreach (var (text, id) in Ids)
        {
            known += observer.Id.Is(id) ? $"{text} " : "";
        }

        return $"{known}{(observer.IsErrorWithoutId ? "no request " : "")}{observer.ToAnswer()}";
    }

    private static IEnumerable<string> Responses(string data)
    {
        try
        {
            using var document = JsonDocument.Parse(data);
            var root = document.RootElement;
            var messages = root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().ToList() : [root];
            return [.. messages.Where(IsResponse).Select(Describe)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string Describe(JsonElement message)
    {
        var id = At(message, "id");
        var known = id.ValueKind switch
        {
            JsonValueKind.Number => $"{WithoutZeros(id.GetRawText())} ",
            JsonValueKind.String => $"\"{id.GetString()}\" ",
            _ => "",
        };
        known = Ids.ContainsKey(known.TrimEnd()) ? known : "";
        var isNoRequest = id.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined && IsError(message);
        return $"{known}{(isNoRequest ? "no request " : "")}{ToAnswer(message)}";
    }

    private static Answer ToAnswer(JsonElement message)
    {
        if (IsError(message))
        {
            var error = At(message, "error");
            return new Answer(AnswerKind.ProtocolError, IntegerOf(At(error, "code")), TextOf(At(error, "message")));
        }

        var result = At(message, "result");
        if (At(result, "isError").ValueKind == JsonValueKind.True)
        {
            return new Answer(AnswerKind.ToolError, null, ContentText(At(result, "content")));
        }

        var type = At(result, "resultType");
        return type.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => IsThere(At(result, "task")) ? Answer.Task : Answer.Success,
            JsonValueKind.String => type.GetString() switch
            {
                "complete" => Answer.Success,
                "input_required" => Answer.InputRequired,
                "task" => Answer.Task,
                var other => new Answer(AnswerKind.UnknownResult, null, $"Unknown resultType {other}."),
            },
            _ => new Answer(AnswerKind.UnknownResult, null, "A resultType that is no text."),
        };
    }

    private static string? ContentText(JsonElement content) => content.ValueKind != JsonValueKind.Array
        ? null
        : content.EnumerateArray().Select(item => TextOf(At(item, "text"))).FirstOrDefault(text => text is not null);

    private static int? IntegerOf(JsonElement value) => value.ValueKind == JsonValueKind.Number
        && int.TryParse(value.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
            ? integer
            : null;

    private static string? TextOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsResponse(JsonElement message) => message.ValueKind == JsonValueKind.Object
        && At(message, "method").ValueKind == JsonValueKind.Undefined
        && (At(message, "result").ValueKind != JsonValueKind.Undefined || IsError(message));

    private static bool IsError(JsonElement message) => IsThere(At(message, "error"));

    private static bool IsThere(JsonElement value) =>
        value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    private static JsonElement At(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out var value) ? value : default;

    private static string WithoutZeros(string number) =>
        number.Contains('.') && number.TrimEnd('0').EndsWith('.') ? number[..number.IndexOf('.')] : number;
}
