using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>A gateway that is to be stopped, before a backend that answers when the test lets it.</summary>
internal sealed class DrainedGateway : IAsyncDisposable
{
    public const string Event = "id: 1\ndata: \n\n";

    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient _http;
    private readonly Version _version;

    private DrainedGateway(GatewayProcess gateway, ScriptedBackend backend, Version version)
    {
        Gateway = gateway;
        Backend = backend;
        _version = version;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        backend.On("/silent", http => StreamAsync(http, ""));
        backend.On("/resumable", http => StreamAsync(http, Event));
        backend.On("/started", http => StreamAsync(http, "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\n"));
        backend.On("/late", AnswerLateAsync);
        backend.On("/wordless", http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        backend.On("/echo", http => AnswerAsync(http));
    }

    public GatewayProcess Gateway { get; }

    public bool IsHttp2 => _version == HttpVersion.Version20;

    public ScriptedBackend Backend { get; }

    public static async Task<DrainedGateway> StartAsync(
        int windowSeconds,
        int drainSeconds,
        bool isHttp2 = false,
        string backendSettings = "{}")
    {
        var backend = await ScriptedBackend.StartAsync();
        var config = new ProxyConfig()
            .Backend("raw", backend.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*", "prompt:*", "resource:*"])
            .AuditToSqlite("audit.db");
        config.Sentinel["Shutdown"] = new JsonObject
        {
            ["LoadBalancerSeconds"] = windowSeconds,
            ["DrainSeconds"] = drainSeconds,
        };
        config.Sentinel["Backends"] = new JsonObject { ["raw"] = JsonNode.Parse(backendSettings) };
        var gateway = await GatewayProcess.StartAsync(
            config, urls: isHttp2 ? "h2c://127.0.0.1:0" : "http://127.0.0.1:0");
        return new DrainedGateway(gateway, backend, isHttp2 ? HttpVersion.Version20 : HttpVersion.Version11);
    }

    /// <summary>Completes when the backend may answer.</summary>
    public Task Released => _release.Task;

    /// <summary>Lets the backend answer what it has kept waiting.</summary>
    public void Release() => _release.TrySetResult();

    /// <summary>A session of the backend, as the client is to call it.</summary>
    public async Task<string> OpenSessionAsync()
    {
        Backend.On("/open", http =>
        {
            http.Response.Headers["Mcp-Session-Id"] = $"{Guid.NewGuid():n}";
            return Task.CompletedTask;
        });
        using var response = await SendAsync(Request(HttpMethod.Get, "open"));
        return response.Header("Mcp-Session-Id")!;
    }

    /// <summary>Makes a call, and returns once the backend has it.</summary>
    public async Task<Answering> CallAsync(string path, string? session = null)
    {
        var request = RawCall.Post(new Uri(Gateway.Url, $"raw/{path}"), RawCall.ToolCall("echo"));
        return await ArriveAsync(path, WithSession(request, session));
    }

    /// <summary>Makes a call of 2026-07-28, and returns once the backend has it.</summary>
    public Task<Answering> CallModernAsync(string path) =>
        ArriveAsync(path, RawCall.PostModern(new Uri(Gateway.Url, $"raw/{path}"), "echo"));

    /// <summary>Opens a listening stream, and returns once the backend has it.</summary>
    public Task<Answering> ListenAsync(string path, string? session = null) =>
        ArriveAsync(path, WithSession(Request(HttpMethod.Get, path), session));

    /// <summary>Sends a request, and returns once the backend has it.</summary>
    public async Task<Answering> ArriveAsync(string path, HttpRequestMessage request)
    {
        var before = Backend.Requests.Count(r => r.Path == $"/{path}");
        var answering = new Answering(SendAsync(request));
        await Eventually.TrueAsync(
            () => Backend.Requests.Count(r => r.Path == $"/{path}") > before, $"the backend has /{path}");
        return answering;
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        request.Version = _version;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        return _http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>Whether anybody takes connections at the traffic listener.</summary>
    public async Task<bool> ListensAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(Gateway.Url.Host, Gateway.Url.Port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async Task<bool> IsDrainingAsync() =>
        await Rpc.GetAsync(new Uri(Gateway.ManagementUrl, "healthz/ready")) is (503, """{"status":"draining"}""");

    public Task<IReadOnlyList<Row>> RowsAsync() =>
        AuditTable.OfFile(Path.Combine(Gateway.Folder, "audit.db")).RowsAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Gateway.DisposeAsync();
        await Backend.DisposeAsync();
    }

    public HttpRequestMessage Request(HttpMethod method, string path) =>
        RawCall.Request(method, new Uri(Gateway.Url, $"raw/{path}"));

    private static HttpRequestMessage WithSession(HttpRequestMessage request, string? session) =>
        session is null
            ? request
            : request.With("Mcp-Session-Id", session).With("MCP-Protocol-Version", "2025-11-25");

    private static Task AnswerAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync("""{"jsonrpc":"2.0","id":1,"result":{"content":[]}}""");
    }

    private async Task AnswerLateAsync(HttpContext http)
    {
        await _release.Task.WaitAsync(http.RequestAborted);
        await AnswerAsync(http);
    }

    private async Task StreamAsync(HttpContext http, string first)
    {
        http.Response.ContentType = "text/event-stream";
        await http.Response.WriteAsync(first, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        await _release.Task.WaitAsync(http.RequestAborted);
        await http.Response.WriteAsync("data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}\n\n");
    }
}

/// <summary>An answer on its way.</summary>
internal sealed class Answering
{
    private readonly Task<HttpResponseMessage> _response;
    private readonly Task<string> _text;

    public Answering(Task<HttpResponseMessage> response)
    {
        _response = response;
        _text = ReadAsync();
    }

    public bool IsOver => _text.IsCompleted;

    /// <summary>The headers, once they are there.</summary>
    public Task<HttpResponseMessage> HeadAsync() => _response.WaitAsync(Deadline.Default);

    /// <summary>The whole body; fails where it broke off.</summary>
    public Task<string> TextAsync() => _text.WaitAsync(Deadline.Default);

    /// <summary>Returns once the answer has broken off; fails where it was ended properly.</summary>
    public Task BrokenOffAsync() => Assert.ThrowsAnyAsync<HttpRequestException>(TextAsync);

    private async Task<string> ReadAsync()
    {
        using var response = await _response;
        return await response.Content.ReadAsStringAsync();
    }
}
