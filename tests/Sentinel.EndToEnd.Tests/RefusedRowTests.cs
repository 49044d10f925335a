using System.Text.Json.Nodes;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>A tools/call that is refused for its bytes leaves a row as well, as far as it is beyond doubt.</summary>
public sealed class RefusedRowTests(RecordedGateway recorded, Servers servers) : IClassFixture<RecordedGateway>
{
    private readonly string _client = $"refused-{Guid.NewGuid():n}";

    [Theory]
    [InlineData("2026-07-28", "tools/call", "add")]
    [InlineData("2026-07-28", "tools/list", "echo")]
    [InlineData("2026-07-28", null, "echo")]
    [InlineData("2026-07-28", "tools/call", null)]
    [InlineData("2025-11-25", "tools/call", "echo")]
    [InlineData(null, "tools/call", "echo")]
    public async Task Headers_that_disagree_with_the_body(string? revision, string? method, string? name)
    {
        await recorded.StartedAsync();
        var body = Rpc.Body(Rpc.Params("echo", """{"text":"x"}"""), "\"7\"");
        (string Name, string? Value)[] headers =
            [("User-Agent", _client), ("MCP-Protocol-Version", revision), ("Mcp-Method", method), ("Mcp-Name", name)];

        var reply = await Rpc.PostAsync(
            new Uri(recorded.Gateway.Url, "sample/mcp"),
            Servers.TesterKey,
            body,
            headers.Where(header => header.Value is not null).Select(header => (header.Name, header.Value!)));

        AssertRefused(reply, 400, "\"7\"", -32020, "header_mismatch");
        var row = await recorded.OnlyRowAsync(_client);
        Assert.Equal(("echo", "error", "header_mismatch"), Outcome(row));
        Assert.Equal(reply.RequestId, row.Text("request_id"));
        await AssertNothingArrivedAsync();
    }

    [Fact]
    public async Task A_name_that_the_header_carries_in_its_encoded_form_passes()
    {
        await recorded.StartedAsync();
        var body = Rpc.Body(Rpc.Params("echo", """{"text":"x"}"""));

        var reply = await Rpc.PostAsync(
            new Uri(recorded.Gateway.Url, "sample/mcp"),
            Servers.TesterKey,
            body,
            [
                ("User-Agent", _client), ("MCP-Protocol-Version", Rpc.Revision), ("Mcp-Method", "tools/call"),
                ("Mcp-Name", "=?base64?ZWNobw==?="),
            ]);

        Assert.Equal(200, reply.Status);
        Assert.Equal(("echo", "success", null), Outcome(await recorded.OnlyRowAsync(_client)));
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","Name":"big"}}""", -32600)]
    [InlineData("""{"params":{"name":"echo","name\u0000":"big"},"id":7,"method":"tools\/call","jsonrpc":"2.0"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"NAME":"big"}}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"e","arguments":{"a":1,"a":2}}}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":["echo"]}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"big\u0000"}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"\ud800"}}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","result":{},"params":{"name":"echo"}}""", -32600)]
    public async Task A_call_that_servers_could_read_differently(string body, int code)
    {
        var reply = await PostAsync(body);

        AssertRefused(reply, 400, "7", code, "invalid_request");
        var row = await recorded.OnlyRowAsync(_client);
        Assert.Equal(("unknown", "error", "invalid_request"), Outcome(row));
        Assert.Null(row["request_args"]);
        Assert.Equal(("tools/call", "7"), (row.Text("method"), row.Text("jsonrpc_id")));
        await AssertNothingArrivedAsync();
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","Method":"ping","params":{"name":"echo"}}""", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"Tools/Call","params":{"name":"echo"}}""", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"ID":8,"method":"ping"}""", null)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"resources/read","params":{}}""", "7")]
    public async Task What_may_be_no_call_is_refused_without_a_row(string body, string? id)
    {
        var reply = await PostAsync(body);

        Assert.Equal(400, reply.Status);
        Assert.Equal(id, JsonNode.Parse(reply.Text)!["id"]?.ToJsonString());
        await recorded.FenceAsync(_client);
        Assert.Empty(await recorded.Table.RowsAsync(_client));
        await AssertNothingArrivedAsync();
    }

    private async Task<Reply> PostAsync(string body)
    {
        await recorded.StartedAsync();
        return await Rpc.PostAsync(
            new Uri(recorded.Gateway.Url, "sample/mcp"), Servers.TesterKey, body, [("User-Agent", _client)]);
    }

    private async Task AssertNothingArrivedAsync() =>
        Assert.DoesNotContain(await servers.Sample.Requests(), request => request.Header("User-Agent") == _client);

    private static void AssertRefused(Reply reply, int status, string id, int code, string reason)
    {
        var answer = JsonNode.Parse(reply.Text)!;
        Assert.Equal(
            (status, id, code, reason),
            (reply.Status, answer["id"]?.ToJsonString(), (int)answer["error"]!["code"]!,
                (string?)answer["error"]!["data"]!["reason"]));
    }

    private static (string?, string?, string?) Outcome(Row row) =>
        (row.Text("tool_name"), row.Text("response_status"), row.Text("reason"));
}
