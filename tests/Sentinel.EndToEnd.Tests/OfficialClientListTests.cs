using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Client;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What the official clients are shown of real servers' lists.</summary>
public sealed class OfficialClientListTests(ListGateway lists, Servers servers) : IClassFixture<ListGateway>
{
    private readonly string _path = $"{Guid.NewGuid():n}";

    [Theory]
    [MemberData(nameof(ClientWays.Compared), MemberType = typeof(ClientWays))]
    public async Task A_client_is_shown_what_it_may_call_and_nothing_else(Era era, Answers answers)
    {
        await using var all = await OfficialClient.ConnectAsync(servers, era, answers, Route.Direct);
        await using var client = await OfficialClient.ConnectAsync(
            servers, era, answers, lists.Gateway.Url, Servers.LimitedKey);

        var shown = await NamesAsync(client.Mcp);

        var expected = (await NamesAsync(all.Mcp))
            .Where(name => answers is Answers.Sse ? name is not "fail" : name.StartsWith('e'))
            .ToList();
        Assert.NotEmpty(expected);
        Assert.Equal(expected, shown);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    public async Task Clients_page_through_lists_of_which_whole_pages_are_hidden(string mediaType)
    {
        servers.Raw.On($"/{_path}", http => ServePagesAsync(http, mediaType));
        var url = new Uri(lists.Gateway.Url, $"raw/{_path}");
        await using var transport = new HttpClientTransport(new()
        {
            Endpoint = url,
            AdditionalHeaders = new Dictionary<string, string> { ["X-Api-Key"] = Servers.LimitedKey },
            TransportMode = HttpTransportMode.StreamableHttp,
        });
        await using var client = await McpClient.CreateAsync(
            transport,
            new() { ProtocolVersion = "2025-06-18" },
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["shown1", "shown2", "shown3"], await NamesAsync(client));

        Requires.NodePackages();
        await using var node = ChildProcess.Start(
            "node", [Artifacts.Source("tests/Node/list-tools.mjs"), url.AbsoluteUri, Servers.LimitedKey]);
        var exitCode = await node.WaitForExitAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(exitCode == 0, node.Output);

        // The second generation turns the pages itself.
        Assert.Equal(["""[["shown1"],[],["shown2","shown3"]]""", """[["shown1","shown2","shown3"]]"""], node.Lines);
    }

    private static async Task<List<string>> NamesAsync(McpClient client) =>
        [.. (await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken)).Select(t => t.Name)];

    // Three pages; the cursor of the last but one is an empty text, which is a cursor like any other.
    private static async Task ServePagesAsync(HttpContext http, string mediaType)
    {
        if (http.Request.Method != "POST")
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        var message = (await JsonNode.ParseAsync(http.Request.Body))!;
        if (message["id"] is not { } id)
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            return;
        }

        var result = (message["method"]!.GetValue<string>(), message["params"]?["cursor"]?.GetValue<string>()) switch
        {
            ("initialize", _) => """{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"p","version":"1"}}""",
            (_, null) => Page("\"2\"", "hidden1", "shown1", "hidden2"),
            (_, "2") => Page("\"\"", "hidden3", "hidden4"),
            _ => Page(null, "shown2", "shown3"),
        };
        var answer = $$"""{"jsonrpc":"2.0","id":{{id.ToJsonString()}},"result":{{result}}}""";
        http.Response.ContentType = mediaType;
        await http.Response.WriteAsync(mediaType is "application/json" ? answer : $"event: message\ndata: {answer}\n\n");
    }

    private static string Page(string? cursor, params string[] names)
    {
        var tools = names.Select(name => $$$"""{"name":"{{{name}}}","inputSchema":{"type":"object"}}""");
        var next = cursor is null ? "" : $",\"nextCursor\":{cursor}";
        return $$"""{"tools":[{{string.Join(',', tools)}}]{{next}}}""";
    }
}
