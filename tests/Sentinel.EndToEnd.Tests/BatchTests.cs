using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Arrays of messages, which only revision 2025-03-26 defines and some servers run at any.</summary>
public sealed class BatchTests(RecordedGateway recorded, Servers servers) : IClassFixture<RecordedGateway>
{
    private const string Revision = "2025-03-26";

    private readonly string _client = $"batch-{Guid.NewGuid():n}";

    [Theory]
    [InlineData(Revision)]
    [InlineData(null)]
    public async Task Every_call_has_a_row_and_an_id_of_its_own(string? revision)
    {
        await AnswerAsync("""
            [{"jsonrpc":"2.0","id":"b","result":{"isError":true,"content":[{"type":"text","text":"no"}]}},
             {"jsonrpc":"2.0","id":3,"result":{"tools":[]}},
             {"jsonrpc":"2.0","id":1,"result":{"content":[]}}]
            """);
        var body = $"""
            [{RawCall.ToolCall("echo", "1", """{"n":1}""")}, {RawCall.ToolCall("add", "\"b\"", """{"n":2}""")},
             {Notification}, {Request("tools/list", 3)}]
            """;

        var reply = await PostAsync(body, revision);

        Assert.Equal(200, reply.Status);
        var received = Assert.Single(servers.Raw.Requests, request => request.Path == $"/{_client}");
        Assert.Equal(body, System.Text.Encoding.UTF8.GetString(received.Body));
        Assert.Equal(reply.RequestId, received.Headers["Sentinel-Request-Id"]);
        var rows = await recorded.RowsAsync(_client, 2);
        Assert.Equal(
            ["echo 1 success {\"n\":1}", "add \"b\" error tool_error {\"n\":2}"],
            rows.Select(row => $"{Describe(row)} {JsonNode.Parse(row.Text("request_args")!)!["arguments"]!.ToJsonString()}"));
        Assert.Equal(reply.RequestId, rows[0].Text("request_id"));
        Assert.NotEqual(reply.RequestId, rows[1].Text("request_id"));
    }

    [Fact]
    public async Task Answers_may_come_as_events_one_by_one_or_together()
    {
        await AnswerAsync(
            """
            data: {"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"no"}}

            data: [{"jsonrpc":"2.0","id":3,"result":{}},{"jsonrpc":"2.0","id":1,"result":{}}]


            """,
            "text/event-stream");

        await PostAsync(Array(RawCall.ToolCall("a", "1"), RawCall.ToolCall("b", "2"), RawCall.ToolCall("c", "3")));

        var rows = await recorded.RowsAsync(_client, 3);
        Assert.Equal(["a 1 success", "b 2 error protocol_error", "c 3 success"], rows.Select(Describe));
    }

    [Fact]
    public async Task A_call_that_the_answer_leaves_out_is_not_a_success()
    {
        await AnswerAsync("""[{"jsonrpc":"2.0","id":1,"result":{}}]""");

        await PostAsync(Array(RawCall.ToolCall("a", "1"), RawCall.ToolCall("b", "2")));

        var rows = await recorded.RowsAsync(_client, 2);
        Assert.Equal(["a 1 success", "b 2 error stream_truncated"], rows.Select(Describe));
    }

    [Fact]
    public async Task One_denied_call_keeps_them_all_from_the_server()
    {
        await recorded.StartedAsync();
        var url = new Uri(recorded.Gateway.Url, "sample/mcp");
        var body = Array(
            RawCall.ToolCall("echo", "1"), Notification, RawCall.ToolCall("big", "\"2\""), Request("ping", 3));

        var reply = await Rpc.PostAsync(url, Servers.TesterKey, body, Headers(Revision));

        Assert.Equal(200, reply.Status);
        var answers = JsonNode.Parse(reply.Text)!.AsArray();
        Assert.Equal(
            ["1 -31403 batch_refused", "\"2\" -31403 kill_switch", "3 -31403 batch_refused"],
            answers.Select(Describe));
        var rows = await recorded.RowsAsync(_client, 2);
        Assert.Equal(["echo 1 denied batch_refused", "big \"2\" denied kill_switch"], rows.Select(Describe));
        Assert.Equal(
            answers.Take(2).Select(answer => (string?)answer!["error"]!["data"]!["requestId"]),
            rows.Select(row => row.Text("request_id")));
        Assert.DoesNotContain(await servers.Sample.Requests(), request => request.Header("User-Agent") == _client);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a","Name":"b"}}""", "2", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{}}""", "2", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"again"}}""", "1", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":2,"method":"initialize","params":{}}""", "2", -32600)]
    [InlineData("""[{"jsonrpc":"2.0","id":2,"method":"ping"}]""", null, -32600)]
    [InlineData("\"tools/call\"", null, -32600)]
    public async Task One_faulty_message_keeps_them_all_from_the_server(string faulty, string? id, int code)
    {
        var reply = await PostAsync(Array(RawCall.ToolCall("echo", "1"), faulty));

        Assert.Equal(400, reply.Status);
        Assert.Equal(
            ["1 -31403 batch_refused", $"{id ?? "-"} {code} invalid_request"],
            JsonNode.Parse(reply.Text)!.AsArray().Select(Describe));
        var isCall = faulty.Contains("tools/call", StringComparison.Ordinal) && id is not null;
        var rows = await recorded.RowsAsync(_client, isCall ? 2 : 1);
        Assert.Equal("echo 1 denied batch_refused", Describe(rows[0]));
        Assert.All(rows.Skip(1), row => Assert.Equal("error invalid_request", Describe(row).Split(' ', 3)[2]));
        Assert.DoesNotContain(servers.Raw.Requests, request => request.Path == $"/{_client}");
    }

    [Theory]
    [InlineData("2024-11-05")]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task At_another_revision_an_array_is_refused_and_its_calls_recorded(string revision)
    {
        var reply = await PostAsync(Array(RawCall.ToolCall("echo", "1"), RawCall.ToolCall("add", "2")), revision);

        Assert.Equal(400, reply.Status);
        Assert.Equal("- -32600 invalid_request", Describe(JsonNode.Parse(reply.Text)));
        var rows = await recorded.RowsAsync(_client, 2);
        Assert.Equal(
            ["echo 1 error invalid_request", "add 2 error invalid_request"],
            rows.Select(Describe));
        Assert.DoesNotContain(servers.Raw.Requests, request => request.Path == $"/{_client}");
    }

    [Fact]
    public async Task A_batch_that_reaches_no_server_is_answered_for_each_request()
    {
        await recorded.StartedAsync();
        var body = Array(RawCall.ToolCall("echo", "1"), Notification, Request("ping", 2));

        var reply = await Rpc.PostAsync(
            new Uri(recorded.Gateway.Url, "gone/mcp"), Servers.TesterKey, body, Headers(Revision));

        Assert.Equal(502, reply.Status);
        Assert.Equal(
            ["1 -31502 backend_unreachable", "2 -31502 backend_unreachable"],
            JsonNode.Parse(reply.Text)!.AsArray().Select(Describe));
        Assert.Equal("echo 1 error backend_unreachable", Describe(await recorded.OnlyRowAsync(_client)));
    }

    private const string Notification = """{"jsonrpc":"2.0","method":"notifications/initialized"}""";

    private static string Request(string method, int id) => $$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}"}""";

    private static string Array(params string[] messages) => $"[{string.Join(',', messages)}]";

    private async Task AnswerAsync(string body, string contentType = "application/json")
    {
        await recorded.StartedAsync();
        servers.Raw.On($"/{_client}", http =>
        {
            http.Response.ContentType = contentType;
            return http.Response.WriteAsync(body);
        });
    }

    private async Task<Reply> PostAsync(string body, string? revision = Revision)
    {
        await recorded.StartedAsync();
        var url = new Uri(recorded.Gateway.Url, $"raw/{_client}");
        return await Rpc.PostAsync(url, Servers.TesterKey, body, Headers(revision));
    }

    private (string, string)[] Headers(string? revision) =>
        revision is null ? [("User-Agent", _client)] : [("User-Agent", _client), ("MCP-Protocol-Version", revision)];

    private static string Describe(Row row) =>
        $"{row.Text("tool_name")} {row.Text("jsonrpc_id")} {row.Text("response_status")} {row.Text("reason")}".TrimEnd();

    private static string Describe(JsonNode? answer) =>
        $"{answer!["id"]?.ToJsonString() ?? "-"} {answer["error"]!["code"]} {answer["error"]!["data"]!["reason"]}";
}
