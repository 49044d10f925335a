using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>The whole policy on trial: everything passes, and each row says what would have been refused.</summary>
public sealed class ShadowTests(ShadowTests.Rules rules) : IClassFixture<ShadowTests.Rules>
{
    private const string Rbac = """
        {
          "Mode": "Shadow",
          "Roles": {
            "tester": {
              "Allow": [ "raw/fence", "raw/few", { "Tool": "raw/create", "Arguments": { "project": "OPS" } } ],
              "Deny": [ "raw/denied" ]
            }
          },
          "Disabled": [ "raw/off", "prompt:raw/off" ]
        }
        """;

    private readonly string _client = $"shadow-{Guid.NewGuid():n}";

    [Theory]
    [InlineData("fence", "{}", "tester: allow raw/fence")]
    [InlineData("create", """{"project":"OPS"}""", "tester: allow raw/create {project}")]
    [InlineData("create", """{"project":"HR"}""", "shadow mode; shadow: would refuse by no grant")]
    [InlineData("other", "{}", "shadow mode; shadow: would refuse by no grant")]
    [InlineData("denied", "{}", "shadow mode; shadow: would refuse by tester: deny raw/denied")]
    public async Task Every_call_passes_and_its_row_says_what_would_have_been_refused(
        string tool,
        string arguments,
        string decision)
    {
        var reply = await rules.Gateway.SendAsync(_client, RawCall.ToolCall(tool, "1", arguments));

        AssertPassed(reply);
        var row = Assert.Single(await rules.Gateway.RowsAsync(_client));
        Assert.Equal(("success", decision), (row.Text("response_status"), row.Text("decision")));
        Assert.Equal(1, rules.Gateway.Arrived(_client));
    }

    [Theory]
    [InlineData("prompts/get", """ "name":"other" """)]
    [InlineData("resources/read", """ "uri":"docs://public/../a" """)]
    [InlineData("resources/subscribe", """ "uri":"docs://a" """)]
    [InlineData("completion/complete", """ "ref":{"type":"ref/prompt","name":"other"},"argument":{} """)]
    [InlineData("subscriptions/listen", """ "notifications":{"resourceSubscriptions":["docs://a"]} """)]
    [InlineData("tasks/list", "")]
    public async Task Every_other_method_passes(string method, string members)
    {
        AssertPassed(await rules.Gateway.SendAsync(_client, RulesGateway.Message(method, members)));
        Assert.Equal(1, rules.Gateway.Arrived(_client));
    }

    [Fact]
    public async Task A_recorded_read_says_what_would_have_been_refused()
    {
        await rules.Gateway.SendAsync(_client, RulesGateway.Message("prompts/get", """ "name":"other" """));

        var row = Assert.Single(await rules.Gateway.RowsAsync(_client));
        Assert.Equal(
            ("prompts/get", "success", "shadow mode; shadow: would refuse by no grant"),
            (row.Text("method"), row.Text("response_status"), row.Text("decision")));
    }

    [Theory]
    [InlineData("tools/call", "off")]
    [InlineData("tools/call", "OFF")]
    [InlineData("prompts/get", "off")]
    public async Task The_kill_switch_bites(string method, string name)
    {
        var reply = await rules.Gateway.SendAsync(
            _client, RulesGateway.Message(method, $"\"name\":\"{name}\""));

        Assert.Equal((200, "kill_switch"), (reply.Status, Reason(reply)));
        Assert.Equal(0, rules.Gateway.Arrived(_client));
        Assert.Equal("denied", Assert.Single(await rules.Gateway.RowsAsync(_client)).Text("response_status"));
    }

    [Fact]
    public async Task Limits_bite()
    {
        AssertPassed(await rules.Gateway.SendAsync(_client, RawCall.ToolCall("few")));

        var reply = await rules.Gateway.SendAsync(_client, RawCall.ToolCall("few"));

        Assert.Equal((429, "rate_limited"), (reply.Status, Reason(reply)));
        Assert.Equal(1, rules.Gateway.Arrived(_client));
    }

    [Fact]
    public async Task Lists_are_shown_as_they_came()
    {
        const string Sent = """{"id":1,"result":{"tools":[{"name":"other"}, {"name":"denied"},{"name":"fence"}]}}""";
        rules.Gateway.On(_client, Sent);

        var reply = await rules.Gateway.SendAsync(_client, RawCall.WithMethod("tools/list"));

        Assert.Equal(Sent, reply.Text);
    }

    private static void AssertPassed(Reply reply) =>
        Assert.True(reply.Status == 200 && JsonNode.Parse(reply.Text)!["result"] is not null, reply.Text);

    private static string? Reason(Reply reply) => (string?)JsonNode.Parse(reply.Text)!["error"]?["data"]?["reason"];

    public sealed class Rules : IAsyncLifetime
    {
        internal RulesGateway Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Gateway = await RulesGateway.StartAsync(Rbac, """{ "RecordReads": true }""", Limit);

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();

        private static void Limit(ProxyConfig config) => config.Sentinel["Limits"] = JsonNode.Parse(
            """{ "ToolCallsPerMinute": { "PerTool": { "raw/few": 1 } } }""");
    }
}
