using System.Text.Json.Nodes;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Single rules on trial, while the rest of the policy is enforced.</summary>
public sealed class ShadowRuleTests(ShadowRuleTests.Rules rules) : IClassFixture<ShadowRuleTests.Rules>
{
    private const string Rbac = """
        {
          "Roles": {
            "tester": {
              "Allow": [
                "raw/fence", "raw/get_*",
                { "Tool": "raw/create", "Arguments": { "project": "OPS" }, "Shadow": true }
              ],
              "Deny": [
                "raw/get_root",
                { "Tool": "raw/get_secret", "Shadow": true },
                { "Tool": "raw/get_item", "Arguments": { "env": "prod" }, "Shadow": true },
                { "Tool": "raw/*", "Arguments": { "force": true } }
              ]
            }
          }
        }
        """;

    private readonly string _client = $"trial-{Guid.NewGuid():n}";

    [Theory]
    [InlineData("get_secret", "{}", "tester: allow raw/get_*; shadow: would refuse by tester: deny raw/get_secret")]
    [InlineData(
        "get_item", """{"env":["prod"]}""",
        "tester: allow raw/get_*; shadow: would refuse by tester: deny raw/get_item {env}")]
    [InlineData("get_item", """{"env":"test"}""", "tester: allow raw/get_*")]
    [InlineData("create", """{"project":"OPS"}""", "tester: allow raw/create {project}")]
    [InlineData(
        "create", """{"project":"HR"}""",
        "tester: allow raw/create {project}; shadow: would refuse by no grant: arguments are not as in "
        + "tester: allow raw/create {project}")]
    public async Task What_only_a_rule_on_trial_would_refuse_passes_and_is_recorded_so(
        string tool,
        string arguments,
        string decision)
    {
        var reply = await rules.Gateway.SendAsync(_client, RawCall.ToolCall(tool, "1", arguments));

        Assert.Null(Reason(reply));
        Assert.Equal(1, rules.Gateway.Arrived(_client));
        var row = Assert.Single(await rules.Gateway.RowsAsync(_client));
        Assert.Equal(("success", decision), (row.Text("response_status"), row.Text("decision")));
    }

    [Theory]
    [InlineData("get_root", "{}", "tester: deny raw/get_root")]
    [InlineData("get_secret", """{"force":true}""", "tester: deny raw/* {force}")]
    [InlineData("create", """{"project":"HR","force":true}""", "tester: deny raw/* {force}")]
    [InlineData("other", "{}", "no grant")]
    public async Task Rules_beside_it_are_enforced(string tool, string arguments, string decision)
    {
        var reply = await rules.Gateway.SendAsync(_client, RawCall.ToolCall(tool, "1", arguments));

        Assert.Equal("rbac", Reason(reply));
        Assert.Equal(0, rules.Gateway.Arrived(_client));
        var row = Assert.Single(await rules.Gateway.RowsAsync(_client));
        Assert.Equal(("denied", decision), (row.Text("response_status"), row.Text("decision")));
    }

    [Fact]
    public async Task Lists_show_what_calls_may_use()
    {
        var tools = string.Join(',', new[] { "get_root", "get_secret", "create", "other" }.Select(Tool));
        rules.Gateway.On(_client, $$$"""{"id":1,"result":{"tools":[{{{tools}}}]}}""");

        var reply = await rules.Gateway.SendAsync(_client, RawCall.WithMethod("tools/list"));

        Assert.Equal("""{"id":1,"result":{"tools":[{"name":"get_secret"},{"name":"create"}]}}""", reply.Text);

        static string Tool(string name) => $$"""{"name":"{{name}}"}""";
    }

    private static string? Reason(Reply reply) => (string?)JsonNode.Parse(reply.Text)!["error"]?["data"]?["reason"];

    public sealed class Rules : IAsyncLifetime
    {
        internal RulesGateway Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Gateway = await RulesGateway.StartAsync(Rbac);

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }
}
