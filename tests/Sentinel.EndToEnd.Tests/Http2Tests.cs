using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>HTTP/2 without TLS, as balancers speak it inside a network: the same rules as over HTTP/1.1.</summary>
public sealed class Http2Tests(Http2Gateway started, Servers servers) : IClassFixture<Http2Gateway>
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        Timeout = Deadline.Default,
    };

    private readonly string _path = $"{Guid.NewGuid():n}";

    [Theory]
    [InlineData("sample")]
    [InlineData("sample-json")]
    public async Task A_call_is_answered(string backend)
    {
        using var request = RawCall.PostModern(new Uri(started.Gateway.Url, $"{backend}/mcp"), "echo", """{"text":"Grüße"}""");

        using var response = await SendAsync(request);

        Assert.Equal((HttpVersion.Version20, HttpStatusCode.OK), (response.Version, response.StatusCode));
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(text.Contains("Grüße", StringComparison.Ordinal) || text.Contains("Gr\\u00FC", StringComparison.Ordinal), text);
    }

    [Fact]
    public async Task The_bytes_of_a_body_in_many_frames_arrive_unchanged()
    {
        var body = Encoding.UTF8.GetBytes(RawCall.ToolCall("echo", arguments: $$"""{"text":"{{new string('ü', 300_000)}}"}"""));
        servers.Raw.On($"/{_path}", http => http.Response.WriteAsync("{}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(started.Gateway.Url, $"raw/{_path}"))
        {
            Content = new StreamContent(new MemoryStream(body), 1000),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Content.Headers.ContentLength = null;
        request.Headers.Add("X-Api-Key", Servers.TesterKey);

        using var response = await SendAsync(request);

        Assert.Equal(body, Assert.Single(servers.Raw.Requests, r => r.Path == $"/{_path}").Body);
    }

    [Theory]
    [InlineData("mcp-protocol-version", "2026-07-28", "2026-07-28", "invalid_request")]
    [InlineData("mcp-name", "echo", "fail", "invalid_request")]
    [InlineData("mcp-method", "tools/call", "tools/list", "invalid_request")]
    [InlineData("mcp-session-id", "a", "b", "invalid_request")]
    [InlineData("x-api-key", Servers.TesterKey, Servers.TesterKey, "invalid_request")]
    [InlineData("content-type", "application/json", "text/plain", "unsupported_media_type")]
    public async Task A_repeated_header_is_refused(string header, string first, string second, string reason)
    {
        List<(string, string)> headers = [(header, first), (header, second)];
        headers.AddRange(
            from other in new[] { ("content-type", "application/json"), ("x-api-key", Servers.TesterKey) }
            where other.Item1 != header
            select other);

        var answer = await RawHttp2.PostAsync(started.Gateway.Url, $"/raw/{_path}", headers, RawCall.ToolCall("echo"));

        Assert.Contains($"\"reason\":\"{reason}\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(servers.Raw.Requests, r => r.Path == $"/{_path}");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task A_body_that_only_POST_may_have_is_refused(string method)
    {
        using var request = RawCall.Post(new Uri(started.Gateway.Url, $"raw/{_path}"), RawCall.ToolCall("echo"));
        request.Method = new HttpMethod(method);

        using var response = await SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.DoesNotContain(servers.Raw.Requests, r => r.Path == $"/{_path}");
    }

    [Fact]
    public async Task A_denied_tool_is_refused()
    {
        using var request = RawCall.Post(
            new Uri(started.Gateway.Url, "sample/mcp"), RawCall.ToolCall("fail", "\"7\""), Servers.LimitedKey);

        using var response = await SendAsync(request);

        var error = await response.ReadErrorAsync();
        Assert.Equal((200, "\"7\"", "rbac"), ((int)response.StatusCode, error.Id, error.Reason));
    }

    [Fact]
    public async Task Many_streams_share_a_connection_and_one_that_is_reset_takes_no_other_along()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        servers.Raw.On($"/{_path}", async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.Body.FlushAsync();
            if (http.Request.Headers.ContainsKey("X-Leaves"))
            {
                http.RequestAborted.Register(gone.SetResult);
                await gone.Task;
                return;
            }

            await release.Task;
            await http.Response.WriteAsync("data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n");
        });
        using var staying = await OpenAsync();
        var leaving = await OpenAsync("X-Leaves");

        leaving.Dispose();
        await gone.Task.WaitAsync(Deadline.Default, TestContext.Current.CancellationToken);
        release.SetResult();

        Assert.Contains(
            "\"result\"",
            await staying.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> OpenAsync(string? header = null)
    {
        var request = RawCall.Post(new Uri(started.Gateway.Url, $"raw/{_path}"), RawCall.ToolCall("echo"));
        return SendAsync(header is null ? request : request.With(header, "1"));
    }

    private static Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        return Http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }
}

/// <summary>A gateway that speaks HTTP/2 without TLS.</summary>
public sealed class Http2Gateway(Servers servers) : IAsyncLifetime
{
    public GatewayProcess Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Gateway = await GatewayProcess.StartAsync(servers.Config(), urls: "h2c://127.0.0.1:0");

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();
}
