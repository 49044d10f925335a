using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Everything a client can observe of the sample server, as lines that can be compared.</summary>
internal static class Transcript
{
    public static async Task<string> RecordAsync(OfficialClient observer)
    {
        var client = observer.Mcp;
        var lines = new List<string>
        {
            $"revision {client.NegotiatedProtocolVersion}",
            $"server {client.ServerInfo?.Name} {client.ServerInfo?.Version}",
            $"capabilities {Json(client.ServerCapabilities)}",
            $"has a session: {client.SessionId is not null}",
        };
        lines.AddRange((await client.ListToolsAsync()).Select(tool => $"tool {Json(tool.ProtocolTool)}"));
        lines.Add(await CallAsync(client, "echo", new() { ["text"] = "Grüße, 世界 \ud83d\ude00 \u2028 \"quoted\"" }));
        lines.Add(await CallAsync(client, "echo", []));
        lines.Add(await CallAsync(client, "add", new() { ["a"] = 0.1, ["b"] = 2e300 }));
        lines.Add(await CallAsync(client, "fail", new() { ["text"] = "no" }));
        lines.Add(await CallAsync(client, "throw", new() { ["text"] = "no" }));
        lines.Add(await CallAsync(client, "slow", new() { ["steps"] = 2, ["delayMs"] = 5 }));
        lines.Add(await CallAsync(client, "big", new() { ["bytes"] = 300_000 }));
        lines.Add(await CallAsync(client, "no_such_tool", []));
        lines.Add(await CallAsync(client, "poll", new() { ["text"] = "later" }));
        lines.Add(await CallAsync(client, "announce", new() { ["text"] = "aside" }));
        if (observer.CanBeAsked)
        {
            lines.Add(await CallAsync(client, "ask_model", new() { ["question"] = "Warum?" }));
            lines.Add(await CallAsync(client, "ask_user", new() { ["question"] = "Wer?" }));
            lines.Add(await CallAsync(client, "list_roots", []));
        }

        return string.Join('\n', lines);
    }

    private static async Task<string> CallAsync(McpClient client, string tool, Dictionary<string, object?> arguments)
    {
        try
        {
            var result = Json(await client.CallToolAsync(tool, arguments));
            return result.Length < 1000 ? $"{tool} {result}" : $"{tool} {result.Length} {Sha256(result)}";
        }
        catch (McpProtocolException exception)
        {
            return $"{tool} {(int)exception.ErrorCode} {exception.Message}";
        }
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, McpJsonUtilities.DefaultOptions);

    private static string Sha256(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
