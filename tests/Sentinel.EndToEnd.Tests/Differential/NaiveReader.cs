using System.Text.Json;

namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>
/// What a gateway would authorize that takes the first key of each name, minding case, and lets through what it does
/// not recognise as a call.
/// </summary>
internal static class NaiveReader
{
    /// <summary>The call it sees; null where it sees none.</summary>
    public static Recorded? Read(HostileBody body)
    {
        try
        {
            using var document = JsonDocument.Parse(body.Bytes);
            var root = document.RootElement;
            if (First(root, "method") is not { ValueKind: JsonValueKind.String } method
                || method.GetString() != "tools/call"
                || First(root, "params") is not { } parameters
                || First(parameters, "name") is not { ValueKind: JsonValueKind.String } name)
            {
                return null;
            }

            var tool = name.GetString()!;
            var arguments = First(parameters, "arguments") is { } given ? Canonical.Of(given) : "null";
            var id = First(root, "id") is { } value ? Canonical.Of(value) : null;
            return new Recorded(null, tool, arguments, id, IsAllowed: tool == Aim.Allowed, IsSuccess: false);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement? First(JsonElement value, string key)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                if (member.Name == key)
                {
                    return member.Value;
                }
            }
        }

        return null;
    }
}
