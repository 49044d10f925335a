using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public enum Era
{
    /// <summary>2024-11-05: one stream for every message of the server, and an address to post to.</summary>
    HttpSse,

    /// <summary>2025-11-25: initialize, a session, a stream, DELETE.</summary>
    Legacy,

    /// <summary>2026-07-28: every request for itself.</summary>
    Modern,

    /// <summary>What the client finds out by itself; the sample server speaks both, so it is the modern one.</summary>
    Detected,
}

public enum Answers
{
    Sse,
    Json,
}

public enum Route
{
    Direct,
    Gateway,
}

/// <summary>The official C# client, connected to a sample server one way or the other.</summary>
internal sealed class OfficialClient : IAsyncDisposable
{
    private readonly HttpClientTransport _transport;

    private OfficialClient(HttpClientTransport transport, McpClient mcp, ClientHost host)
    {
        _transport = transport;
        Mcp = mcp;
        Host = host;
    }

    public McpClient Mcp { get; }

    /// <summary>What the client answers when it is asked, and what it was told.</summary>
    public ClientHost Host { get; }

    public required SampleServerProcess Server { get; init; }

    public required string Marker { get; init; }

    /// <summary>A single JSON body has no room for a question before the answer, unless the question is the answer.
    /// </summary>
    public required bool CanBeAsked { get; init; }

    public static async Task<OfficialClient> ConnectAsync(Servers servers, Era era, Answers answers, Route route) =>
        await ConnectAsync(
            servers, era, answers, route is Route.Gateway ? (await servers.Gateway).Url : null, Servers.TesterKey);

    /// <param name="servers">The sample servers.</param>
    /// <param name="era">How the client speaks.</param>
    /// <param name="answers">Which sample server it speaks to.</param>
    /// <param name="gateway">The gateway before it; null to go there directly.</param>
    /// <param name="key">The client's key for the gateway.</param>
    public static async Task<OfficialClient> ConnectAsync(
        Servers servers,
        Era era,
        Answers answers,
        Uri? gateway,
        string key
    )
    {
        var (server, prefix) =
            answers is Answers.Sse ? (servers.Sample, "sample") : (servers.SampleJson, "sample-json");
        var marker = Guid.NewGuid().ToString("n");
        var headers = new Dictionary<string, string> { [Servers.Marker] = marker };
        var origin = server.Url;
        if (gateway is not null)
        {
            origin = new Uri(gateway, $"{prefix}/");
            headers["X-Api-Key"] = key;
        }

        var transport = new HttpClientTransport(
            new()
            {
                Endpoint = new Uri(origin, era is Era.HttpSse ? "sse" : "mcp"),
                AdditionalHeaders = headers,
                TransportMode = era switch
                {
                    Era.HttpSse => HttpTransportMode.Sse,
                    Era.Detected => HttpTransportMode.AutoDetect,
                    _ => HttpTransportMode.StreamableHttp,
                },
            }
        );
        var host = new ClientHost();
        var mcp = await McpClient.CreateAsync(
            transport,
            host.Options(era),
            cancellationToken: TestContext.Current.CancellationToken
        );
        return new OfficialClient(transport, mcp, host)
        {
            Server = server,
            Marker = marker,
            CanBeAsked = answers is Answers.Sse || era is Era.Modern or Era.Detected,
        };
    }

    public Task<CallToolResult> CallAsync(string tool, Dictionary<string, object?> arguments) =>
        Mcp.CallToolAsync(tool, arguments, cancellationToken: TestContext.Current.CancellationToken).AsTask();

    /// <summary>The text that a call answers with.</summary>
    public async Task<string> TextAsync(string tool, Dictionary<string, object?> arguments) =>
        Text(await CallAsync(tool, arguments));

    public static string Text(CallToolResult result) =>
        Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;

    /// <summary>What the sample server executed for this client.</summary>
    public async Task<IReadOnlyList<SampleCall>> CallsAsync() =>
        [.. (await Server.Calls()).Where(call => call.Header(Servers.Marker) == Marker)];

    /// <summary>What became of this client's calls, oldest first.</summary>
    public async Task<string[]> OutcomesAsync() =>
        [.. (await CallsAsync()).Select(call => $"{call.Tool} {call.Outcome}")];

    /// <summary>What the sample server received from this client.</summary>
    public async Task<IReadOnlyList<SampleRequest>> RequestsAsync() =>
        [.. (await Server.Requests()).Where(request => request.Header(Servers.Marker) == Marker)];

    public async ValueTask DisposeAsync()
    {
        await Mcp.DisposeAsync();
        await _transport.DisposeAsync();
    }
}
