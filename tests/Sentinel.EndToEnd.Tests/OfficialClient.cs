using ModelContextProtocol.Client;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public enum Era
{
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

    private OfficialClient(HttpClientTransport transport, McpClient mcp, SampleServerProcess server, string marker)
    {
        _transport = transport;
        Mcp = mcp;
        Server = server;
        Marker = marker;
    }

    public McpClient Mcp { get; }

    public SampleServerProcess Server { get; }

    public string Marker { get; }

    public static async Task<OfficialClient> ConnectAsync(Servers servers, Era era, Answers answers, Route route)
    {
        var (server, prefix) =
            answers is Answers.Sse ? (servers.Sample, "sample") : (servers.SampleJson, "sample-json");
        var marker = Guid.NewGuid().ToString("n");
        var headers = new Dictionary<string, string> { [Servers.Marker] = marker };
        var endpoint = server.McpUrl;
        if (route is Route.Gateway)
        {
            endpoint = new Uri((await servers.Gateway).Url, $"{prefix}/mcp");
            headers["X-Api-Key"] = Servers.TesterKey;
        }

        var transport = new HttpClientTransport(
            new()
            {
                Endpoint = endpoint,
                AdditionalHeaders = headers,
                TransportMode = era is Era.Detected ? HttpTransportMode.AutoDetect : HttpTransportMode.StreamableHttp,
            }
        );
        var options = new McpClientOptions
        {
            ClientInfo = new() { Name = "end-to-end", Version = "1.0.0" },
            ProtocolVersion = era switch
            {
                Era.Legacy => "2025-11-25",
                Era.Modern => "2026-07-28",
                _ => null,
            },
        };
        var cancellationToken = TestContext.Current.CancellationToken;
        var mcp = await McpClient.CreateAsync(transport, options, cancellationToken: cancellationToken);
        return new OfficialClient(transport, mcp, server, marker);
    }

    /// <summary>What the sample server executed for this client.</summary>
    public async Task<IReadOnlyList<SampleCall>> CallsAsync() =>
        [.. (await Server.Calls()).Where(call => call.Header(Servers.Marker) == Marker)];

    /// <summary>What the sample server received from this client.</summary>
    public async Task<IReadOnlyList<SampleRequest>> RequestsAsync() =>
        [.. (await Server.Requests()).Where(request => request.Header(Servers.Marker) == Marker)];

    public async ValueTask DisposeAsync()
    {
        await Mcp.DisposeAsync();
        await _transport.DisposeAsync();
    }
}
