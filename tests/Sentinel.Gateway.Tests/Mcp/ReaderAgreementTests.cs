using System.Text;
using System.Text.Json;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

/// <summary>What the strict reader accepts, a plain JSON reader understands in the same way.</summary>
public sealed class ReaderAgreementTests
{
    private static readonly string[] Keys =
    [
        "jsonrpc", "id", "method", "params", "name", "_meta", "arguments", "x", "Name", "result", "error", "\\u0069d",
        "n\\u0061me", "param\\u017f", "a\\u0000", "é",
    ];

    private static readonly string[] Values =
    [
        "1", "\"2.0\"", "\"tools/call\"", "\"tools\\/c\\u0061ll\"", "\"ping\"", "\"a\"", "null", "true", "-1.5e3", "\"\"",
        "\"\\ud83d\\udd0d\"", "\"\\ud800\"", "{}", "[]", "[1,{\"x\":1}]", "{\"x\":{\"x\":[]}}",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_body_that_is_accepted_means_the_same_to_System_Text_Json(int seed)
    {
        var random = new Random(seed);
        var accepted = 0;
        for (var round = 0; round < 5000; round++)
        {
            var text = Body(random);
            var body = Encoding.UTF8.GetBytes(text);
            if (MessageReader.Read(body, out var message) is null)
            {
                accepted++;
                AssertAgreement(body, message, $"seed {seed}, round {round}: {text}");
            }
        }

        Assert.True(accepted > 500, $"seed {seed}: only {accepted} bodies were accepted");
    }

    private static void AssertAgreement(byte[] body, McpMessage message, string place)
    {
        using var document = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false });
        var root = document.RootElement;

        var method = root.TryGetProperty("method", out var m) ? m.GetString() : null;
        Assert.True(method == message.Method, place);
        var id = root.TryGetProperty("id", out var i) ? i : default;
        var idText = id.ValueKind == JsonValueKind.String ? id.GetString() : id.ValueKind == default ? null : id.GetRawText();
        Assert.True((id.ValueKind == JsonValueKind.String) == (message.Id?.IsString ?? false), place);
        Assert.True(idText == (message.Id is { } own ? Encoding.UTF8.GetString(own.Value) : null), place);
        var isObject = root.TryGetProperty("params", out var p) && p.ValueKind == JsonValueKind.Object;
        var name = isObject && p.TryGetProperty("name", out var n) && n.ValueKind == JsonValueKind.String
            ? n.GetString()
            : null;
        Assert.True(name == message.Name, place);
        var text = message.Params is { } range ? Encoding.UTF8.GetString(body[range]) : null;
        Assert.True((isObject ? p.GetRawText() : null) == text, place);
    }

    // Mostly valid requests with a few members more, in any order.
    private static string Body(Random random)
    {
        List<string> members = ["\"jsonrpc\":\"2.0\""];
        if (random.Next(10) > 0)
        {
            members.Add($"\"id\":{(random.Next(2) == 0 ? "1" : "\"q\\u0072\"")}");
            members.Add($"\"method\":{Values[random.Next(2, 5)]}");
            members.Add($"\"params\":{Params(random)}");
        }

        AddNoise(random, members);
        return Join(random, members);
    }

    private static string Params(Random random)
    {
        List<string> members = [];
        if (random.Next(10) > 0)
        {
            members.Add($"\"name\":{(random.Next(8) == 0 ? Pick(random, Values) : "\"to\\u006fl\"")}");
        }

        AddNoise(random, members);
        return Join(random, members);
    }

    private static void AddNoise(Random random, List<string> members)
    {
        for (var count = random.Next(3); count > 0; count--)
        {
            members.Add($"\"{Pick(random, Keys)}\":{Pick(random, Values)}");
        }
    }

    private static string Join(Random random, List<string> members)
    {
        var order = members.ToArray();
        random.Shuffle(order);
        string[] spaces = ["", " ", "\n", "\t "];
        var separator = $"{Pick(random, spaces)},{Pick(random, spaces)}";
        return $"{{{Pick(random, spaces)}{string.Join(separator, order)}{Pick(random, spaces)}}}";
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
