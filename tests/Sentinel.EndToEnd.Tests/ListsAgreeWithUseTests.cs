using System.Text.Json.Nodes;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What a list shows can be used, and what it hides cannot: tools, prompts and resources.</summary>
public sealed class ListsAgreeWithUseTests(ReadTests.Rules rules) : IClassFixture<ReadTests.Rules>
{
    private readonly string _client = $"agree-{Guid.NewGuid():n}";

    [Theory]
    [InlineData(
        "tools/list", "tools", "name", "tools/call",
        new[] { "fence", "tool" },
        new[] { "greet", "Tool", "other" })]
    [InlineData(
        "prompts/list", "prompts", "name", "prompts/get",
        new[] { "greet", "greet_2" },
        new[] { "fence", "tool", "Greet", "greet_denied", "greet_DENIED", "greet_off" })]
    [InlineData(
        "resources/list", "resources", "uri", "resources/read",
        new[] { "docs://public/a", "DOCS://PUBLIC/b" },
        new[]
        {
            "docs://private/a", "docs://public/secret", "docs://public/%53ecret", "docs://public/off", "greet",
            "docs://public/../private/a", "docs://public/%2e%2e/private/a", "docs://public/%2Fsecret",
        })]
    public async Task What_is_shown_is_what_passes(
        string list,
        string member,
        string key,
        string use,
        string[] usable,
        string[] forbidden)
    {
        string[] all = [.. usable, .. forbidden];
        var items = new JsonArray([.. all.Select(name => new JsonObject { [key] = name })]);
        var result = new JsonObject { [member] = items };
        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["result"] = result };
        rules.Gateway.On($"{_client}-list", answer.ToJsonString());

        var reply = await rules.Gateway.SendAsync($"{_client}-list", RawCall.WithMethod(list));
        var passed = new List<string?>();
        foreach (var name in all)
        {
            var before = rules.Gateway.Arrived(_client);
            await rules.Gateway.SendAsync(_client, RulesGateway.Message(use, $"\"{key}\":\"{name}\""));
            if (rules.Gateway.Arrived(_client) > before)
            {
                passed.Add(name);
            }
        }

        var shown = JsonNode.Parse(reply.Text)!["result"]![member]!.AsArray().Select(item => (string?)item![key]);
        Assert.Equal(usable, shown);
        Assert.Equal(usable, passed);
    }
}
