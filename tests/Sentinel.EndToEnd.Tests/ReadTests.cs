using System.Text.Json.Nodes;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Prompts, resources, completions, subscriptions and tasks: who may use them, and what they leave.</summary>
public sealed class ReadTests(ReadTests.Rules rules) : IClassFixture<ReadTests.Rules>
{
    internal const string Rbac = """
        {
          "Roles": {
            "tester": {
              "Allow": [ "raw/fence", "raw/tool", "prompt:raw/greet*", "resource:raw/docs://public/*" ],
              "Deny": [ "prompt:raw/greet_denied", "resource:raw/docs://public/secret*" ]
            },
            "reader": { "Allow": [ "prompt:*", "resource:*", "other/*" ] },
            "star": { "Allow": [ "*" ] }
          },
          "Disabled": [ "prompt:raw/greet_off", "resource:*/docs://public/off" ]
        }
        """;

    private const string ReaderKey = "reader-key-0123456789abcdef";
    private const string StarKey = "star-key-0123456789abcdef";

    private readonly string _client = $"reads-{Guid.NewGuid():n}";

    [Theory]
    [InlineData("prompts/get", """ "name":"greet" """)]
    [InlineData("prompts/get", """ "name":"gre\u0065t_2","arguments":{"a":"b"} """)]
    [InlineData("resources/read", """ "uri":"docs://public/a" """)]
    [InlineData("resources/read", """ "uri":"DOCS://Public/a" """)]
    [InlineData("resources/subscribe", """ "uri":"docs://public/a" """)]
    [InlineData("completion/complete", """ "ref":{"type":"ref/prompt","name":"greet"},"argument":{} """)]
    [InlineData("completion/complete", """ "ref":{"type":"ref/resource","uri":"docs://public/a"},"argument":{} """)]
    [InlineData("subscriptions/listen", """ "notifications":{"resourceSubscriptions":["docs://public/a"]} """)]
    [InlineData("tasks/get", """ "taskId":"t" """)]
    [InlineData("tasks/result", """ "taskId":"t" """)]
    [InlineData("tasks/cancel", """ "taskId":"t" """)]
    [InlineData("tasks/list", "")]
    public async Task What_is_granted_passes_and_leaves_no_row(string method, string members)
    {
        var counted = await rules.Gateway.CallsCountedAsync("success");

        var reply = await SendAsync(method, members);

        Assert.True(reply.Status == 200 && JsonNode.Parse(reply.Text)!["result"] is not null, reply.Text);
        Assert.Equal(1, rules.Gateway.Arrived(_client));
        Assert.Empty(await rules.Gateway.RowsAsync(_client));

        // The one call that fences the rows.
        Assert.Equal(counted + 1, await rules.Gateway.CallsCountedAsync("success"));
    }

    [Theory]
    [InlineData("prompts/get", "name", "fence", "prompt")]
    [InlineData("prompts/get", "name", "Greet", "prompt")]
    [InlineData("prompts/get", "name", "greet_denied", "prompt")]
    [InlineData("prompts/get", "name", "greet_Denied", "prompt")]
    [InlineData("resources/read", "uri", "docs://private/a", "resource")]
    [InlineData("resources/read", "uri", "docs://public/../private/a", "resource")]
    [InlineData("resources/read", "uri", "docs://public/%2e%2e/private/a", "resource")]
    [InlineData("resources/read", "uri", "docs://public/secret", "resource")]
    [InlineData("resources/read", "uri", "docs://public/SECRET1", "resource")]
    [InlineData("resources/read", "uri", "docs://public/%73ecret", "resource")]
    [InlineData("resources/read", "uri", "greet", "resource")]
    public async Task A_read_that_is_not_granted_is_refused_and_leaves_one_denied_row(
        string method,
        string key,
        string name,
        string kind)
    {
        var counted = await rules.Gateway.CallsCountedAsync("denied");
        var members = $"\"{key}\":\"{name}\"";

        var legacy = await SendAsync(method, members);
        var modern = await rules.Gateway.SendModernAsync(_client, method, members, name);

        AssertRefused(legacy, "rbac", $"Permission denied for {kind}: {name}");
        AssertRefused(modern, "rbac", $"Permission denied for {kind}: {name}", "1");
        Assert.Equal(0, rules.Gateway.Arrived(_client));
        Assert.All(await rules.Gateway.RowsAsync(_client), AssertRow);
        Assert.Equal(2, (await rules.Gateway.RowsAsync(_client)).Count);
        Assert.Equal(counted, await rules.Gateway.CallsCountedAsync("denied"));

        void AssertRow(Row row) => Assert.Equal(
            (method, name, "denied", "rbac", 0L),
            (row.Text("method"), row.Text("tool_name"), row.Text("response_status"), row.Text("reason"),
                row.Number("latency_ms")));
    }

    [Theory]
    [InlineData("prompts/get", """ "name":"GREET_off" """, "Prompt is switched off: GREET_off")]
    [InlineData("resources/read", """ "uri":"docs://public/off" """, "Resource is switched off: docs://public/off")]
    public async Task The_kill_switch_covers_reads(string method, string members, string message)
    {
        AssertRefused(await SendAsync(method, members), "kill_switch", message);

        Assert.Equal(0, rules.Gateway.Arrived(_client));
        var row = Assert.Single(await rules.Gateway.RowsAsync(_client));
        Assert.Equal(("denied", "kill_switch"), (row.Text("response_status"), row.Text("reason")));
    }

    [Theory]
    [InlineData("resources/subscribe", """ "uri":"docs://private/a" """, "resource: docs://private/a")]
    [InlineData("completion/complete", """ "ref":{"type":"ref/prompt","name":"fence"} """, "prompt: fence")]
    [InlineData(
        "completion/complete", """ "ref":{"type":"ref/resource","uri":"docs://public/secret"} """,
        "resource: docs://public/secret")]
    [InlineData(
        "subscriptions/listen", """ "notifications":{"resourceSubscriptions":["docs://public/a","docs://x/b"]} """,
        "resource: docs://x/b")]
    public async Task Subscriptions_and_completions_are_judged_by_what_they_name_and_leave_no_row(
        string method,
        string members,
        string target)
    {
        AssertRefused(await SendAsync(method, members), "rbac", $"Permission denied for {target}");

        Assert.Equal(0, rules.Gateway.Arrived(_client));
        Assert.Empty(await rules.Gateway.RowsAsync(_client));
    }

    [Theory]
    [InlineData("tasks/get", """ "taskId":"t" """)]
    [InlineData("tasks/result", """ "taskId":"t" """)]
    [InlineData("tasks/cancel", """ "taskId":"t" """)]
    [InlineData("tasks/update", """ "taskId":"t" """)]
    [InlineData("tasks/list", "")]
    public async Task Tasks_need_a_grant_on_some_tool_of_the_backend(string method, string members)
    {
        AssertRefused(await SendAsync(method, members, ReaderKey), "rbac", $"Permission denied for method: {method}");

        Assert.Equal(0, rules.Gateway.Arrived(_client));
    }

    [Theory]
    [InlineData("prompts/get", """ "name":"greet" """, "prompt: greet")]
    [InlineData("resources/read", """ "uri":"docs://public/a" """, "resource: docs://public/a")]
    public async Task A_star_alone_is_every_tool_and_neither_prompt_nor_resource(
        string method,
        string members,
        string target)
    {
        AssertRefused(await SendAsync(method, members, StarKey), "rbac", $"Permission denied for {target}");
        Assert.Equal(200, (await SendAsync(method, members, ReaderKey)).Status);
        Assert.Equal(1, rules.Gateway.Arrived(_client));
    }

    [Fact]
    public async Task A_read_whose_stream_ended_leaves_no_open_call_that_could_take_another_calls_answer()
    {
        const string Priming = "id: 1\ndata: \n\n";
        var session = await RawSession.OpenAsync(rules.Gateway.Gateway, rules.Gateway.Backend, _client);
        (string, string)[] headers = [("Mcp-Session-Id", session), ("MCP-Protocol-Version", "2025-11-25")];
        rules.Gateway.On(_client, Priming, "text/event-stream");
        await rules.Gateway.SendAsync(_client, RulesGateway.Message("prompts/get", """ "name":"greet" """), headers);
        await rules.Gateway.SendAsync(_client, RawCall.ToolCall("tool"), headers);
        const string Answer = """data: {"jsonrpc":"2.0","id":1,"result":{}}""" + "\n\n";
        rules.Gateway.On(_client, Answer, "text/event-stream");

        await rules.Gateway.ResumeAsync(_client, session);

        var row = Assert.Single(await rules.Gateway.RowsAsync(_client));
        Assert.Equal(("tools/call", "success"), (row.Text("method"), row.Text("response_status")));
    }

    [Theory]
    [InlineData("greet", 1, new[] { "tools/call success " })]
    [InlineData("fence", 0, new[] { "tools/call denied batch_refused", "prompts/get denied rbac" })]
    public async Task In_a_batch_each_read_is_judged_and_leaves_a_row_only_when_denied(
        string prompt,
        int arrived,
        string[] rows)
    {
        var get = RulesGateway.Message("prompts/get", $"\"name\":\"{prompt}\"", "2");

        await rules.Gateway.SendAsync(
            _client, $"[{RawCall.ToolCall("tool")},{get}]", ("MCP-Protocol-Version", "2025-03-26"));

        Assert.Equal(arrived, rules.Gateway.Arrived(_client));
        Assert.Equal(
            rows,
            (await rules.Gateway.RowsAsync(_client)).Select(
                row => $"{row.Text("method")} {row.Text("response_status")} {row.Text("reason")}"));
    }

    private Task<Reply> SendAsync(string method, string members, string key = Servers.TesterKey) =>
        rules.Gateway.SendAsAsync(key, _client, RulesGateway.Message(method, members, "\"7\""));

    private static void AssertRefused(Reply reply, string reason, string message, string id = "\"7\"")
    {
        var answer = JsonNode.Parse(reply.Text)!;
        Assert.Equal(
            (200, id, reason, -31403, message),
            (reply.Status, answer["id"]?.ToJsonString(), (string?)answer["error"]?["data"]?["reason"],
                (int?)answer["error"]?["code"], (string?)answer["error"]?["message"]));
    }

    public sealed class Rules : IAsyncLifetime
    {
        internal RulesGateway Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Gateway = await RulesGateway.StartAsync(
            Rbac,
            configure: config => config.ApiKey("reader", ReaderKey, "reader").ApiKey("star", StarKey, "star"));

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }
}
