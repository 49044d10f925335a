using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What a client may say about itself, written to the socket as it stands, and what arrives of it.</summary>
public sealed class PrivateHeaderTests(Servers servers, TransformingGateway started) : IClassFixture<TransformingGateway>
{
    private const string Forged = "forged-from-outside";
    private const string Key = $"X-Api-Key: {Servers.TesterKey}";
    private const string Json = "Content-Type: application/json";

    private readonly string _path = $"{Guid.NewGuid():n}";

    public static TheoryData<string, string> Attempts =>
        new MatrixTheoryData<string, string>(TransformingGateway.Routes, [.. Headers]);

    private static IEnumerable<string> Headers =>
    [
        $"Cookie: a={Forged}",
        $"Proxy-Authorization: Basic {Forged}",
        $"Origin: http://localhost:1\r\nX-Noise: 1",
        $"Forwarded: for={Forged};host={Forged}",
        $"X-Forwarded-For: {Forged}",
        $"X-Forwarded-For: 1.1.1.1\r\nx-forwarded-for: {Forged}",
        $"X_Forwarded_For: {Forged}",
        $"X-Forwarded-Host: {Forged}",
        $"X-Forwarded-Proto: {Forged}",
        $"X-Forwarded-Prefix: /{Forged}",
        $"X-Forwarded-Port: {Forged}",
        $"X-Real-IP: {Forged}",
        $"X-Original-URL: /{Forged}",
        $"X-HTTP-Method-Override: {Forged}",
        $"Sentinel-Subject: {Forged}",
        $"SENTINEL-subject: {Forged}\r\nSentinel-Subject: {Forged}",
        $"Sentinel_Subject: {Forged}",
        $"Sentinel.Subject: {Forged}",
        $"Sentinel-Roles: {Forged}",
        $"Sentinel_Roles: {Forged}",
        $"Sentinel-Request-Id: {Forged}",
        $"Sentinel-Later: {Forged}",
        $"Mcp_Session_Id: {Forged}",
        $"Mcp_Name: {Forged}",
        $"Content_Length: {Forged}",
        $"Connection: Sentinel-Subject, Sentinel-Roles, Authorization\r\nSentinel-Subject: {Forged}",
        $"Connection: X-Forwarded-For\r\nX-Forwarded-For: {Forged}",
        $"Keep-Alive: {Forged}",
        $"TE: {Forged}",
    ];

    [Theory]
    [MemberData(nameof(Attempts))]
    public async Task Nothing_of_it_arrives(string route, string lines)
    {
        var answer = await RawHttp1.SendAsync(
            started.Gateway.Url,
            $"POST /{route}/{_path} HTTP/1.1",
            [$"Host: {started.Gateway.Url.Authority}", Key, Json, lines],
            RawCall.ToolCall("echo"));

        Assert.Equal(404, answer.Status);
        AssertClean(route);
    }

    [Theory]
    [MemberData(nameof(Attempts))]
    public async Task Nothing_of_it_arrives_over_http_2_either(string route, string lines)
    {
        var headers = lines.Split("\r\n")
            .Where(line => !line.StartsWith("Connection:", StringComparison.Ordinal)
                && !line.StartsWith("Keep-Alive:", StringComparison.Ordinal)
                && !line.StartsWith("TE:", StringComparison.Ordinal))
            .Select(line => line.Split(": ", 2))
            .Select(pair => (pair[0].ToLowerInvariant(), pair[1]));

        await RawHttp2.PostAsync(
            started.Http2Gateway.Url,
            $"/{route}/{_path}",
            [("x-api-key", Servers.TesterKey), ("content-type", "application/json"), .. headers],
            RawCall.ToolCall("echo"));

        AssertClean(route);
    }

    [Theory]
    [InlineData("Authorization: Bearer ")]
    [InlineData("X-Api-Key: ")]
    public async Task The_callers_credential_arrives_by_no_route(string before)
    {
        foreach (var route in TransformingGateway.Routes)
        {
            var answer = await RawHttp1.SendAsync(
                started.Gateway.Url,
                $"POST /{route}/{_path} HTTP/1.1",
                [$"Host: {started.Gateway.Url.Authority}", Json, before + Servers.TesterKey],
                RawCall.ToolCall("echo"));
            Assert.Equal(404, answer.Status);
        }

        Assert.Equal(TransformingGateway.Routes.Length, Arrived().Length);
        Assert.DoesNotContain(Arrived(), request => Text(request).Contains(Servers.TesterKey, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_trailer_is_no_header()
    {
        var body = RawCall.ToolCall("echo");
        var chunked = $"{body.Length:x}\r\n{body}\r\n0\r\nSentinel-Subject: {Forged}\r\n\r\n";

        await RawHttp1.SendAsync(
            started.Gateway.Url,
            $"POST /plain/{_path} HTTP/1.1",
            [
                $"Host: {started.Gateway.Url.Authority}", Key, Json, "Transfer-Encoding: chunked",
                "Trailer: Sentinel-Subject", "Connection: close", "", chunked,
            ]);

        AssertClean("plain");
    }

    private void AssertClean(string route)
    {
        var arrived = Assert.Single(Arrived());
        Assert.DoesNotContain(Forged, Text(arrived), StringComparison.Ordinal);
        Assert.Equal("key%3Atester", arrived.Headers["Sentinel-Subject"]);
        Assert.Equal("tester", arrived.Headers["Sentinel-Roles"]);
        Assert.Equal(0, arrived.Headers.Origin.Count);
        Assert.Equal(servers.Raw.Url.Authority, arrived.Headers.Host);
        if (route != "off")
        {
            Assert.Equal("127.0.0.1", arrived.Headers["X-Forwarded-For"]);
        }
    }

    private static string Text(ScriptedRequest request) =>
        string.Join('\n', request.Headers.Select(header => $"{header.Key}: {header.Value}"));

    private ScriptedRequest[] Arrived() => [.. servers.Raw.Requests.Where(request => request.Path == $"/{_path}")];
}

/// <summary>Gateways whose routes have YARP's own header transforms, those that read the client's request included.
/// </summary>
public sealed class TransformingGateway(Servers servers) : IAsyncLifetime
{
    /// <summary>Backends of these names are all the raw one.</summary>
    public static readonly string[] Routes = ["plain", "append", "off", "picked", "uncopied"];

    private const string Picked =
        "Authorization;X-Api-Key;Cookie;Sentinel-Subject;Sentinel_Subject;Sentinel-Later;X-Forwarded-Port;X-Real-IP;"
        + "Forwarded;Origin;Mcp_Name;Content-Type";

    public GatewayProcess Gateway { get; private set; } = null!;

    public GatewayProcess Http2Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Gateway = await GatewayProcess.StartAsync(Config());
        Http2Gateway = await GatewayProcess.StartAsync(Config(), urls: "h2c://127.0.0.1:0");
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Http2Gateway.DisposeAsync();
    }

    private ProxyConfig Config()
    {
        var config = servers.Config();
        foreach (var route in Routes)
        {
            config.Backend(route, servers.Raw.Url);
        }

        Add("append", new() { ["X-Forwarded"] = "Append" });
        Add("off", new() { ["X-Forwarded"] = "Off" });
        Add("picked", new() { ["RequestHeadersAllowed"] = Picked });
        Add("picked", new() { ["X-Forwarded"] = "Append" });
        Add("uncopied", new() { ["RequestHeadersCopy"] = "false" });
        Add("uncopied", new() { ["X-Forwarded"] = "Append" });
        Add("uncopied", new() { ["RequestHeader"] = "Cookie", ["Append"] = "own=1" });
        Add("uncopied", new() { ["RequestHeader"] = "Sentinel-Later", ["Append"] = "own" });
        return config;

        void Add(string route, JsonObject transform) =>
            config.ReverseProxy["Routes"]![route]!["Transforms"]!.AsArray().Add(transform);
    }
}
