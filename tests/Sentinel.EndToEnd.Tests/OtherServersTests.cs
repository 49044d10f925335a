using System.Net;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public enum OtherServer
{
    NodeV1,
    NodeV2,
    Go,
}

/// <summary>What tests of other makers' servers rely on.</summary>
public sealed class OtherServersTests
{
    [Theory]
    [InlineData(OtherServer.NodeV1, "2025-11-25")]
    [InlineData(OtherServer.NodeV2, "2025-11-25")]
    [InlineData(OtherServer.NodeV2, "2026-07-28")]
    [InlineData(OtherServer.Go, "2025-11-25")]
    public async Task Logs_what_it_executes_with_the_marker_of_its_request(OtherServer kind, string revision)
    {
        await using var server = await StartAsync(kind);
        var call = revision is Rpc.Revision
            ? RawCall.PostModern(server.McpUrl, "add", """{"a":1,"b":2,"c":"kept"}""", key: null)
            : RawCall.Post(server.McpUrl, RawCall.ToolCall("add", "\"7\"", """{"a":1,"b":2,"c":"kept"}"""), key: null);

        using var response = await call.With(Servers.Marker, "m-1").SendAsync();
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"text\":\"3\"", answer, StringComparison.Ordinal);
        var logged = Assert.Single(await server.Calls());
        Assert.Equal(("add", "m-1"), (logged.Tool, logged.Header(Servers.Marker)));
        Assert.Equal("""{"a":1,"b":2,"c":"kept"}""", logged.Arguments?.GetRawText());
        Assert.Equal(revision is Rpc.Revision ? "1" : "\"7\"", logged.JsonRpcId?.GetRawText());
        Assert.Equal("m-1", Assert.Single(await server.Requests()).Header(Servers.Marker));
    }

    [Theory]
    [InlineData(OtherServer.NodeV1)]
    [InlineData(OtherServer.NodeV2)]
    [InlineData(OtherServer.Go)]
    public async Task Ends_when_its_parent_lets_go_of_it(OtherServer kind)
    {
        await using var server = await StartAsync(kind);

        server.Process.CloseInput();

        Assert.Equal(0, await server.Process.WaitForExitAsync());
    }

    /// <summary>Starts it, or skips the running test where it cannot run.</summary>
    internal static async Task<ServerProcess> StartAsync(OtherServer kind)
    {
        if (kind is OtherServer.Go)
        {
            Requires.Go();
            return await GoServerProcess.StartAsync();
        }

        Requires.NodePackages();
        return await NodeServerProcess.StartAsync(kind is OtherServer.NodeV1 ? "server-v1.mjs" : "server-v2.mjs");
    }
}
