using System.Text;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>When one side hangs up, the other is told, and not that all went well.</summary>
public sealed class DisconnectTests(Servers servers)
{
    private const string EventStream = "text/event-stream";
    private const string Json = "application/json";

    private readonly string _path = $"{Guid.NewGuid():n}";

    [Theory]
    [InlineData("POST", Json, 1000)]
    [InlineData("POST", Json, null)]
    [InlineData("POST", EventStream, null)]
    [InlineData("GET", EventStream, null)]
    public async Task The_server_hears_of_a_client_that_leaves_in_the_middle_of(
        string method,
        string contentType,
        int? contentLength
    )
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        servers.Raw.On($"/{_path}", async http =>
        {
            http.RequestAborted.Register(gone.SetResult);
            await BeginAsync(http, contentType, contentLength);
            await gone.Task;
        });
        using var client = Client();

        var response = await SendAsync(client, method);
        response.Dispose();

        await gone.Task.WaitAsync(Deadline.Default, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("GET")]
    public async Task The_server_hears_of_a_client_that_leaves_before_the_answer_to(string method)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        servers.Raw.On($"/{_path}", async http =>
        {
            http.RequestAborted.Register(gone.SetResult);
            entered.SetResult();
            await gone.Task;
        });
        using var client = Client();
        using var leaving = new CancellationTokenSource();

        var sending = SendAsync(client, method, leaving.Token);
        await entered.Task.WaitAsync(Deadline.Default, TestContext.Current.CancellationToken);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await gone.Task.WaitAsync(Deadline.Default, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("POST", Json, 1000)]
    [InlineData("POST", Json, null)]
    [InlineData("POST", EventStream, null)]
    [InlineData("GET", EventStream, null)]
    public async Task The_client_sees_no_clean_end_when_the_server_breaks_off(
        string method,
        string contentType,
        int? contentLength
    )
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        servers.Raw.On($"/{_path}", async http =>
        {
            await BeginAsync(http, contentType, contentLength);
            await begun.Task;
            http.Abort();
        });
        using var client = Client();

        using var response = await SendAsync(client, method);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        using var limit = new CancellationTokenSource(Deadline.Default);
        Assert.Equal("data: {}", await reader.ReadLineAsync(limit.Token));
        begun.SetResult();

        await Assert.ThrowsAnyAsync<IOException>(() => reader.ReadToEndAsync(limit.Token));
    }

    private static async Task BeginAsync(HttpContext http, string contentType, int? contentLength)
    {
        http.Response.ContentType = contentType;
        http.Response.ContentLength = contentLength;
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes("data: {}\n\ndata: {\"jsonrpc\":\n"));
        await http.Response.Body.FlushAsync();
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        string method,
        CancellationToken cancellationToken = default
    )
    {
        var url = new Uri((await servers.Gateway).Url, $"raw/{_path}");
        // In a session, as GET streams are: without one, the first event could be an HTTP+SSE server's endpoint.
        var session = await RawSession.OpenAsync(await servers.Gateway, servers.Raw, _path);
        var request = RawCall.Request(new HttpMethod(method), url).With("Mcp-Session-Id", session);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    // Hangs up at once, where others would first read the rest of an answer they no longer want.
    private static HttpClient Client() =>
        new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) { Timeout = Deadline.Default };
}
