using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>How long a backend may take: to connect, to begin, between two bytes, and in all.</summary>
public sealed class TimeLimitTests : IAsyncLifetime
{
    private const string Progress = "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{}}\n\n";

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly TemporaryFolder _folder = new();
    private readonly ConnectionHole _hole = new();
    private ScriptedBackend _backend = null!;
    private GatewayProcess _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _backend = await ScriptedBackend.StartAsync();
        _gateway = await GatewayProcess.StartAsync(Config("""
            {
              "connect": { "ConnectSeconds": 1 },
              "first": { "FirstByteSeconds": 2 },
              "idle": { "IdleSeconds": 2 },
              "total": { "MaxSeconds": 3 },
              "free": { "IdleSeconds": 0 }
            }
            """));

        // The first call through a process takes longer than all that follow.
        _backend.On("/first", TwoDestinations.AnswerAsync);
        Assert.Equal(200, (await CallAsync("free", "first")).Status);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _backend.DisposeAsync();
        _hole.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("connect", "The server behind this gateway took no connection in time.")]
    [InlineData("first", "The server behind this gateway did not answer in time.")]
    [InlineData("idle", "The server behind this gateway did not answer in time.")]
    [InlineData("total", "The call took longer than this gateway lets the server behind it take.")]
    public async Task A_call_that_is_not_answered_in_time_is_told_so_and_recorded(string backend, string message)
    {
        _backend.On("/silent", http => Task.Delay(Timeout.Infinite, http.RequestAborted));

        var reply = await CallAsync(backend, "silent");

        Assert.Equal(504, reply.Status);
        var error = JsonNode.Parse(reply.Text)!["error"]!;
        Assert.Equal(
            (-31504, "backend_timeout", message),
            ((int)error["code"]!, (string?)error["data"]!["reason"], (string?)error["message"]));
        await AssertRowAsync("silent", 504, message);
    }

    [Theory]
    [InlineData("idle", "The answer was cut off: nothing came from the server for too long.", 0)]
    [InlineData("idle", "The answer was cut off: nothing came from the server for too long.", 12)]
    [InlineData("total", "The answer was cut off: the call took longer than the gateway lets it take.", 0)]
    [InlineData("total", "The answer was cut off: the call took longer than the gateway lets it take.", int.MaxValue)]
    public async Task A_stream_that_has_begun_ends_and_its_row_says_why(string backend, string message, int steps)
    {
        _backend.On("/stream", http => ProgressAsync(http, steps, answers: false));

        var reply = await CallAsync(backend, "stream");

        Assert.Equal((200, false), (reply.Status, reply.IsWhole));
        Assert.StartsWith(Progress, reply.Text, StringComparison.Ordinal);
        await AssertRowAsync("stream", 200, message);
    }

    [Theory]
    [InlineData("first", "application/json", TwoDestinations.Result)]
    [InlineData("idle", "text/event-stream", Progress + "data: " + TwoDestinations.Result + "\n\n")]
    [InlineData("total", "application/json", TwoDestinations.Result)]
    [InlineData("total", "text/event-stream", Progress + "data: " + TwoDestinations.Result + "\n\n")]
    [InlineData("free", "application/json", TwoDestinations.Result)]
    public async Task Within_its_limits_an_answer_passes_as_it_came(string backend, string type, string body)
    {
        _backend.On("/quick", http =>
        {
            http.Response.ContentType = type;
            http.Response.ContentLength = body.Length;
            http.Response.Headers["X-Kept"] = "yes";
            return http.Response.WriteAsync(body);
        });

        using var response = await RawCall.PostModern(new Uri(_gateway.Url, $"{backend}/quick"), "count")
            .With("User-Agent", "quick").SendAsync();

        Assert.Equal(body, await response.Content.ReadAsStringAsync());
        Assert.Equal(
            (type, (long?)body.Length, "yes"),
            (response.Header("Content-Type"), response.Content.Headers.ContentLength, response.Header("X-Kept")));
        var row = await RowAsync("quick");
        Assert.Equal(("success", body.Length), (row.Text("response_status"), row.Number("response_bytes")));
    }

    [Theory]
    [InlineData("first")]
    [InlineData("idle")]
    public async Task What_moves_is_not_cut_however_long_it_takes(string backend)
    {
        _backend.On("/slow", http => ProgressAsync(http, steps: 16, answers: true));

        var reply = await CallAsync(backend, "slow");

        Assert.True(reply.IsWhole);
        Assert.Contains("\"result\"", reply.Text, StringComparison.Ordinal);
        Assert.Equal("success", (await RowAsync("slow")).Text("response_status"));
    }

    [Theory]
    [InlineData("first")]
    [InlineData("total")]
    public async Task A_stream_of_the_servers_own_messages_may_wait_for_its_first(string backend)
    {
        var isOver = new TaskCompletionSource();
        _backend.On("/silent", http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        _backend.On("/get", async http =>
        {
            await isOver.Task;
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync(Progress);
        });
        var stream = RawCall.Request(HttpMethod.Get, new Uri(_gateway.Url, $"{backend}/get")).SendAsync();
        await Eventually.TrueAsync(() => _backend.Requests.Any(request => request.Path == "/get"), "the stream is open");

        // Begun after the stream, and cut: the stream has outlived the limit.
        Assert.Equal(504, (await CallAsync(backend, "silent")).Status);
        isOver.SetResult();

        using var response = await stream;
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Progress, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_limit_that_is_added_acts_on_calls_from_then_on_and_leaves_those_under_way()
    {
        var answer = new TaskCompletionSource();
        _backend.On("/silent", http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        _backend.On("/waiting", async http =>
        {
            await answer.Task;
            await TwoDestinations.AnswerAsync(http);
        });
        var waiting = CallAsync("free", "waiting");
        await Eventually.TrueAsync(() => _backend.Requests.Any(request => request.Path == "/waiting"), "the call is there");

        var config = Config("""{ "free": { "FirstByteSeconds": 1 } }""").ToJson();
        await File.WriteAllTextAsync(_gateway.ConfigPath, config);
        await _gateway.Process.WaitForLineAsync(
            line => line.Contains("Configuration version 2 is in force", StringComparison.Ordinal));

        Assert.Equal(504, (await CallAsync("free", "silent")).Status);
        Assert.False(waiting.IsCompleted);
        answer.SetResult();
        Assert.Equal(200, (await waiting).Status);
    }

    private static async Task ProgressAsync(HttpContext http, int steps, bool answers)
    {
        http.Response.ContentType = "text/event-stream";
        using var timer = new PeriodicTimer(Step);
        for (var i = 0; i <= steps - 1 || i == 0; i++)
        {
            await http.Response.WriteAsync(Progress);
            await http.Response.Body.FlushAsync();
            await timer.WaitForNextTickAsync(http.RequestAborted);
        }

        if (answers)
        {
            await http.Response.WriteAsync($"data: {TwoDestinations.Result}\n\n");
        }
        else
        {
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        }
    }

    private Task<Reply> CallAsync(string backend, string path) => Rpc.CallAsync(
        new Uri(_gateway.Url, $"{backend}/{path}"), Servers.TesterKey, "count", client: path);

    private async Task AssertRowAsync(string client, int status, string message)
    {
        var row = await RowAsync(client);
        Assert.Equal(
            ("error", "backend_timeout", message, (long?)status),
            (row.Text("response_status"), row.Text("reason"), row.Text("error_message"), row.Number("http_status")));
    }

    private Task<Row> RowAsync(string client) => Eventually.YieldsAsync(async () =>
        (await AuditTable.OfFile(_folder.File("audit.db")).RowsAsync(client)).SingleOrDefault());

    private ProxyConfig Config(string backends)
    {
        var config = new ProxyConfig().ApiKey("tester", Servers.TesterKey, "tester").Role("tester", allow: ["*"])
            .AuditToSqlite(_folder.File("audit.db")).Backend("connect", _hole.Url);
        foreach (var name in new[] { "first", "idle", "total", "free" })
        {
            config.Backend(name, _backend.Url);
        }

        config.Sentinel["Backends"] = JsonNode.Parse(backends);
        return config;
    }
}
