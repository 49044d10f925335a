using System.Net;
using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Replicas share a key, and with it every session, though each lives in one server process only.</summary>
public sealed class ReplicaTests(Servers servers)
{
    private const string OtherKey = "other-key-0123456789abcdef";
    private const int Sessions = 12;

    private static readonly string Old = new('1', 64);
    private static readonly string New = new('2', 64);

    [Fact]
    public async Task With_one_key_each_serves_the_sessions_of_the_other_at_the_server_that_has_them()
    {
        await using var first = await StartAsync(Old);
        await using var second = await StartAsync(Old);

        for (var i = 0; i < Sessions; i++)
        {
            var (opener, other) = i % 2 == 0 ? (first, second) : (second, first);
            var session = await InitializeAsync(opener);

            // Each server knows its own sessions only, so that a wrong choice among the two would be a 404 of its own.
            for (var calls = 0; calls < 3; calls++)
            {
                Assert.Equal(HttpStatusCode.OK, await CallAsync(other, session));
                Assert.Equal(HttpStatusCode.OK, await CallAsync(opener, session));
            }

            Assert.Equal(HttpStatusCode.NotFound, await CallAsync(other, session, OtherKey));
        }

        Assert.True(await HaveBothServedAsync(), "One server had every session: nothing was proved.");
    }

    [Fact]
    public async Task Without_a_key_each_knows_its_own_sessions_only_and_says_so()
    {
        await using var first = await StartAsync(null);
        await using var second = await StartAsync(null);

        var session = await InitializeAsync(first);

        Assert.Equal(HttpStatusCode.OK, await CallAsync(first, session));
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(second, session));
        await first.Process.WaitForLineAsync(
            line => line.Contains("sealed with a random key", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, HttpStatusCode.OK)]
    [InlineData(false, HttpStatusCode.NotFound)]
    public async Task A_restart_ends_sessions_unless_there_is_a_key(bool hasKey, HttpStatusCode status)
    {
        string session;
        await using (var before = await StartAsync(hasKey ? Old : null))
        {
            session = await InitializeAsync(before);
        }

        await using var after = await StartAsync(hasKey ? Old : null);

        Assert.Equal(status, await CallAsync(after, session));
    }

    [Fact]
    public async Task A_key_is_changed_without_ending_a_session()
    {
        await using var old = await StartAsync(Old);
        await using var opens = await StartAsync($"{Old},{New}");
        await using var seals = await StartAsync($"{New},{Old}");
        await using var done = await StartAsync(New);

        var before = await InitializeAsync(old);
        var after = await InitializeAsync(seals);

        Assert.Equal(HttpStatusCode.OK, await CallAsync(opens, before));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(seals, before));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(opens, after));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(done, after));
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(old, after));
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(done, before));
    }

    [Theory]
    [InlineData("{\"a\":0,\"b\":1}", HttpStatusCode.OK)]
    [InlineData("{\"a\":0,\"b\":-1}", HttpStatusCode.BadGateway)]
    [InlineData("{\"c\":0,\"d\":1}", HttpStatusCode.NotFound)]
    public async Task A_session_is_gone_with_its_destination_and_out_of_reach_while_that_is_down(
        string destinations,
        HttpStatusCode status)
    {
        await using var before = await StartAsync(Old);
        string session;
        do
        {
            session = await InitializeAsync(before);
        }
        while (await CallAsync(before, session, onlyAt: servers.SampleJson) != HttpStatusCode.OK);

        Uri[] urls = [servers.Sample.Url, servers.SampleJson.Url];
        var config = Config(Old);
        config.ReverseProxy["Clusters"]!["both"]!["Destinations"] = new JsonObject(
            JsonNode.Parse(destinations)!.AsObject().Select(d => KeyValuePair.Create(
                d.Key,
                (JsonNode?)new JsonObject
                {
                    ["Address"] = (int)d.Value! < 0 ? "http://127.0.0.1:1/" : urls[(int)d.Value!].AbsoluteUri,
                })));
        await using var after = await GatewayProcess.StartAsync(config, Environment(Old));

        Assert.Equal(status, await CallAsync(after, session));
    }

    private Task<GatewayProcess> StartAsync(string? keys) => GatewayProcess.StartAsync(Config(keys), Environment(keys));

    private ProxyConfig Config(string? keys)
    {
        var config = new ProxyConfig()
            .Backend("both", servers.Sample.Url, servers.SampleJson.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .ApiKey("other", OtherKey, "tester")
            .Role("tester", allow: ["*"]);
        return keys is null ? config : config.SessionKeys();
    }

    private static Dictionary<string, string?> Environment(string? keys) =>
        keys is null ? [] : new() { [ProxyConfig.SessionKeysVariable] = keys };

    private static async Task<string> InitializeAsync(GatewayProcess gateway)
    {
        const string Initialize =
            """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","""
            + """ "capabilities":{},"clientInfo":{"name":"replicas","version":"1"}}}""";
        using var response = await RawCall.Post(new Uri(gateway.Url, "both/mcp"), Initialize).SendAsync();
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return response.Header("Mcp-Session-Id") ?? throw new InvalidOperationException("No session was opened.");
    }

    // Whether the call was carried out; what only this server executed counts, where one is named.
    private static async Task<HttpStatusCode> CallAsync(
        GatewayProcess gateway,
        string session,
        string key = Servers.TesterKey,
        SampleServerProcess? onlyAt = null)
    {
        var marker = Guid.NewGuid().ToString("n");
        using var response = await RawCall
            .Post(new Uri(gateway.Url, "both/mcp"), RawCall.ToolCall("echo", arguments: """{"text":"x"}"""), key)
            .With("MCP-Protocol-Version", "2025-11-25")
            .With("Mcp-Session-Id", session)
            .With(Servers.Marker, marker)
            .SendAsync();
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return onlyAt is null || (await onlyAt.Requests()).Any(request => request.Header(Servers.Marker) == marker)
            ? response.StatusCode
            : HttpStatusCode.MisdirectedRequest;
    }

    private async Task<bool> HaveBothServedAsync()
    {
        var counts = new List<int>();
        foreach (var server in new[] { servers.Sample, servers.SampleJson })
        {
            counts.Add((await server.Requests()).Count(r => r.Path.StartsWith("/mcp", StringComparison.Ordinal)));
        }

        return counts.TrueForAll(count => count > 0);
    }
}
