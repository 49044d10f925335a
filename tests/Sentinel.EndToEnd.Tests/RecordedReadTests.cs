using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>With <c>Audit.RecordReads</c> each prompts/get and resources/read leaves one row, as a call does.</summary>
public sealed class RecordedReadTests(RecordedReadTests.Rules rules) : IClassFixture<RecordedReadTests.Rules>
{
    private readonly string _client = $"recorded-{Guid.NewGuid():n}";

    [Theory]
    [InlineData("prompts/get", "name", "greet")]
    [InlineData("resources/read", "uri", "DOCS://public/a")]
    public async Task Each_read_leaves_one_row_with_its_outcome_and_counts_as_no_call(
        string method,
        string key,
        string name)
    {
        var counted = await CountedAsync();
        var members = $"\"{key}\":\"{name}\"";
        List<Reply> replies =
        [
            await rules.Gateway.SendAsync(_client, RulesGateway.Message(method, members)),
            await rules.Gateway.SendModernAsync(_client, method, members, name),
        ];
        foreach (var (status, body) in Failures)
        {
            rules.Gateway.On(_client, body, status: status);
            replies.Add(await rules.Gateway.SendAsync(_client, RulesGateway.Message(method, members)));
        }

        var rows = await rules.Gateway.RowsAsync(_client);

        Assert.Equal(replies.Select(reply => reply.RequestId), rows.Select(row => row.Text("request_id")));
        Assert.All(rows, row => Assert.Equal((method, name), (row.Text("method"), row.Text("tool_name"))));
        Assert.Equal(
            [
                ("success", null, null), ("success", null, null), ("error", "protocol_error", -32002L),
                ("error", "protocol_error", null), ("error", "stream_truncated", null),
            ],
            rows.Select(row => (row.Text("response_status"), row.Text("reason"), row.Number("error_code"))));

        // Nothing but the call that fences the rows.
        Assert.Equal((counted.Success + 1, counted.Error, counted.Denied), await CountedAsync());
    }

    [Fact]
    public async Task A_denied_read_still_leaves_one_row_and_other_methods_none()
    {
        await rules.Gateway.SendAsync(_client, RulesGateway.Message("prompts/get", """ "name":"fence" """));
        await rules.Gateway.SendAsync(
            _client, RulesGateway.Message("resources/subscribe", """ "uri":"docs://public/a" """));
        await rules.Gateway.SendAsync(_client, RulesGateway.Message("tasks/get", """ "taskId":"t" """));
        await rules.Gateway.SendAsync(_client, RawCall.WithMethod("prompts/list"));

        var row = Assert.Single(await rules.Gateway.RowsAsync(_client));
        Assert.Equal(
            ("prompts/get", "denied", "rbac"),
            (row.Text("method"), row.Text("response_status"), row.Text("reason")));
    }

    [Fact]
    public async Task Calls_and_reads_of_a_batch_leave_a_row_each()
    {
        var get = RulesGateway.Message("prompts/get", """ "name":"greet" """, "2");

        await rules.Gateway.SendAsync(
            _client, $"[{RawCall.ToolCall("tool")},{get}]", ("MCP-Protocol-Version", "2025-03-26"));

        Assert.Equal(
            [("tools/call", "success"), ("prompts/get", "success")],
            (await rules.Gateway.RowsAsync(_client)).Select(row => (row.Text("method"), row.Text("response_status"))));
    }

    [Fact]
    public async Task A_read_whose_answer_comes_on_another_stream_waits_for_it()
    {
        var session = await RawSession.OpenAsync(rules.Gateway.Gateway, rules.Gateway.Backend, _client);
        (string, string)[] headers = [("Mcp-Session-Id", session), ("MCP-Protocol-Version", "2025-11-25")];
        rules.Gateway.On(_client, "id: 1\ndata: \n\n", "text/event-stream");
        await rules.Gateway.SendAsync(_client, RulesGateway.Message("prompts/get", """ "name":"greet" """), headers);
        Assert.Empty(await rules.Gateway.RowsAsync(_client));
        rules.Gateway.On(
            _client,
            """data: {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}""" + "\n\n",
            "text/event-stream");

        await rules.Gateway.ResumeAsync(_client, session);

        var row = Assert.Single(await rules.Gateway.RowsAsync(_client));
        Assert.Equal(
            ("prompts/get", "error", "protocol_error", -32602L),
            (row.Text("method"), row.Text("response_status"), row.Text("reason"), row.Number("error_code")));
    }

    private static readonly (int Status, string Body)[] Failures =
    [
        (200, """{"jsonrpc":"2.0","id":1,"error":{"code":-32002,"message":"Resource not found"}}"""),
        (500, "{}"),
        (200, """{"jsonrpc":"2.0","id":2,"result":{}}"""),
    ];

    private async Task<(long Success, long Error, long Denied)> CountedAsync() => (
        await rules.Gateway.CallsCountedAsync("success"),
        await rules.Gateway.CallsCountedAsync("error"),
        await rules.Gateway.CallsCountedAsync("denied"));

    public sealed class Rules : IAsyncLifetime
    {
        internal RulesGateway Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Gateway = await RulesGateway.StartAsync(ReadTests.Rbac, """{ "RecordReads": true }""");

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }
}
