using System.Text.Json.Nodes;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Rules about arguments, on the way of a call: by the whole of what the server gets.</summary>
public sealed class ArgumentRuleTests(ArgumentRuleTests.Rules rules) : IClassFixture<ArgumentRuleTests.Rules>
{
    private const int MaxArgumentBytes = 1024;

    private const string Rbac = """
        {
          "Roles": {
            "tester": {
              "Allow": [
                "raw/fence", "raw/deploy",
                {
                  "Tool": "raw/create",
                  "Arguments": { "project": ["OPS", "DEV-*"], "priority": { "Max": 3, "Required": false } }
                },
                { "Tool": "raw/send", "Arguments": { "to[*].address": ["*@example.com"], "bcc": { "Absent": true } } },
                { "Tool": "prompt:raw/report", "Arguments": { "team": "red" } }
              ],
              "Deny": [ { "Tool": "raw/deploy", "Arguments": { "env": "prod" } } ]
            }
          }
        }
        """;

    private readonly string _client = $"arguments-{Guid.NewGuid():n}";

    [Theory]
    [InlineData("create", """{"project":"OPS"}""")]
    [InlineData("create", """{"priority":3.0,"project":"DEV-17"}""")]
    [InlineData("create", """{"pro\u006aect":"\u004fPS","other":[{"project":"X"}]}""")]
    [InlineData("create", """{"priority":300e-2,"project":"DEV-"}""")]
    [InlineData("send", """{"to":[{"address":"a@example.com"},{"address":"b@example.com"}]}""")]
    [InlineData("deploy", """{"env":"staging"}""")]
    [InlineData("deploy", "{}")]
    public async Task Arguments_that_the_rules_allow_pass(string tool, string arguments)
    {
        AssertPassed(await CallAsync(tool, arguments));
        AssertPassed(await CallModernAsync(tool, arguments));

        Assert.Equal(2, rules.Gateway.Arrived(_client));
        Assert.All(await rules.Gateway.RowsAsync(_client), row => Assert.Equal("success", row.Text("response_status")));
    }

    [Theory]
    [InlineData("create", """{"project":"HR"}""")]
    [InlineData("create", """{"project":"ops"}""")]
    [InlineData("create", "{}")]
    [InlineData("create", "null")]
    [InlineData("create", "[]")]
    [InlineData("create", """{"project":["OPS"]}""")]
    [InlineData("create", """{"project":"OPS","Project":"HR"}""")]
    [InlineData("create", """{"project":"OPS","project\u0000":"HR"}""")]
    [InlineData("create", """{"project":"OPS","priority":4}""")]
    [InlineData("create", """{"project":"OPS","priority":"3"}""")]
    [InlineData("send", """{"to":[{"address":"a@example.com"},{"address":"b@example.org"}]}""")]
    [InlineData("create", """{"project":"OPS","priority":3.0000000000000000001}""")]
    [InlineData("create", """{"project":"OPS","priority":1e999999999999}""")]
    [InlineData("send", """{"to":[]}""")]
    [InlineData("send", """{"to":[{"address":"a@example.com"}],"BCC":"x"}""")]
    [InlineData("deploy", """{"env":"prod"}""")]
    [InlineData("deploy", """{"env":"PROD"}""")]
    [InlineData("deploy", """{"env":["prod"]}""")]
    [InlineData("deploy", """{"env":null}""")]
    [InlineData("deploy", """{"env":7}""")]
    [InlineData("deploy", """{"env":"prod\u0000 or not"}""")]
    [InlineData("deploy", """{"env":"staging","Env":"prod"}""")]
    [InlineData("deploy", """{"\u0045nv":"prod"}""")]
    public async Task Arguments_that_they_do_not_allow_are_refused_recorded_and_reach_no_server(
        string tool,
        string arguments)
    {
        var legacy = await CallAsync(tool, arguments);
        var modern = await CallModernAsync(tool, arguments);

        AssertRefused(legacy, tool);
        AssertRefused(modern, tool);
        Assert.Equal(0, rules.Gateway.Arrived(_client));
        var rows = await rules.Gateway.RowsAsync(_client);
        Assert.Equal([legacy.RequestId, modern.RequestId], rows.Select(row => row.Text("request_id")));
        Assert.All(rows, row => Assert.Equal(
            (tool, "denied", "rbac", 0L),
            (row.Text("tool_name"), row.Text("response_status"), row.Text("reason"), row.Number("latency_ms"))));
        Assert.All(rows, row => Assert.Contains(
            tool == "deploy" ? "tester: deny raw/deploy {env}" : "no grant",
            row.Text("decision"),
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("create", "project", "OPS", "HR")]
    [InlineData("deploy", "env", "staging", "prod")]
    public async Task What_comes_after_more_than_is_recorded_or_read_at_once_decides(
        string tool,
        string argument,
        string allowed,
        string refused)
    {
        // Far beyond one block of the server's buffers, and beyond what a row keeps.
        var others = new string('x', 200 * 1024);
        string Arguments(string value) => $$"""{"others":["{{others}}"],"{{argument}}":"{{value}}"}""";

        AssertPassed(await CallAsync(tool, Arguments(allowed)));
        AssertPassed(await CallModernAsync(tool, Arguments(allowed)));
        AssertRefused(await CallAsync(tool, Arguments(refused)), tool);
        AssertRefused(await CallModernAsync(tool, Arguments(refused)), tool);

        Assert.Equal(2, rules.Gateway.Arrived(_client));
        var rows = await rules.Gateway.RowsAsync(_client);
        Assert.Equal(
            ["success", "success", "denied", "denied"], rows.Select(row => row.Text("response_status")));
        Assert.All(rows, row =>
        {
            Assert.True(row.Text("request_args")!.Length <= 2 * MaxArgumentBytes, "the row's arguments are cut");
            Assert.Contains("_truncated", row.Text("request_args"), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Each_call_of_a_batch_is_judged_by_its_own_arguments()
    {
        var others = new string('x', 100 * 1024);
        var good = RawCall.ToolCall("create", "\"a\"", $$"""{"others":"{{others}}","project":"OPS"}""");
        var bad = RawCall.ToolCall("create", "2", $$"""{"others":"{{others}}","project":"HR"}""");

        var passed = await BatchAsync(good, RawCall.ToolCall("deploy", "2", """{"env":"test"}"""));
        var refused = await BatchAsync(good, bad);

        Assert.Equal(["\"a\"", "2"], JsonNode.Parse(passed.Text)!.AsArray().Select(answer => Id(answer)));
        Assert.All(JsonNode.Parse(passed.Text)!.AsArray(), answer => Assert.NotNull(answer!["result"]));
        Assert.Equal(
            [("\"a\"", "batch_refused"), ("2", "rbac")],
            JsonNode.Parse(refused.Text)!.AsArray().Select(answer => (Id(answer), Reason(answer))));
        Assert.Equal(1, rules.Gateway.Arrived(_client));
        Assert.Equal(
            [null, null, "batch_refused", "rbac"],
            (await rules.Gateway.RowsAsync(_client)).Select(row => row.Text("reason")));
    }

    [Theory]
    [InlineData("""{"team":"red"}""", true)]
    [InlineData("""{"team":"blue"}""", false)]
    [InlineData("""{"team":"red","Team":"blue"}""", false)]
    [InlineData("{}", false)]
    public async Task Prompts_are_judged_by_their_arguments_too(string arguments, bool isAllowed)
    {
        var members = $"\"name\":\"report\",\"arguments\":{arguments}";

        await rules.Gateway.SendAsync(_client, RulesGateway.Message("prompts/get", members));
        await rules.Gateway.SendModernAsync(_client, "prompts/get", members, "report");

        Assert.Equal(isAllowed ? 2 : 0, rules.Gateway.Arrived(_client));
        Assert.Equal(isAllowed ? 0 : 2, (await rules.Gateway.RowsAsync(_client)).Count);
    }

    private Task<Reply> CallAsync(string tool, string arguments) =>
        rules.Gateway.SendAsync(
            _client, RawCall.ToolCall(tool, "1", arguments), ("MCP-Protocol-Version", "2025-06-18"));

    private Task<Reply> CallModernAsync(string tool, string arguments) => rules.Gateway.SendModernAsync(
        _client, "tools/call", $$"""
            "name":"{{tool}}","arguments":{{arguments}}
            """, tool);

    private Task<Reply> BatchAsync(params string[] calls) => rules.Gateway.SendAsync(
        _client, $"[{string.Join(',', calls)}]", ("MCP-Protocol-Version", "2025-03-26"));

    private static void AssertPassed(Reply reply) =>
        Assert.True(reply.Status == 200 && JsonNode.Parse(reply.Text)!["result"] is not null, reply.Text);

    private static void AssertRefused(Reply reply, string tool)
    {
        var answer = JsonNode.Parse(reply.Text);
        Assert.Equal(
            (200, "1", "rbac", -31403, $"Permission denied for tool: {tool}"),
            (reply.Status, Id(answer), Reason(answer), (int?)answer?["error"]?["code"],
                (string?)answer?["error"]?["message"]));
    }

    private static string? Id(JsonNode? answer) => answer?["id"]?.ToJsonString();

    private static string? Reason(JsonNode? answer) => (string?)answer?["error"]?["data"]?["reason"];

    public sealed class Rules : IAsyncLifetime
    {
        internal RulesGateway Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Gateway = await RulesGateway.StartAsync(
            Rbac, $$"""{ "MaxArgumentBytes": {{MaxArgumentBytes}} }""");

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }
}
