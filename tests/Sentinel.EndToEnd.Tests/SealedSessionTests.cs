using System.Net;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>A session belongs to the caller who opened it, at the backend that made it.</summary>
public sealed class SealedSessionTests(RecordedGateway recorded, Servers servers) : IClassFixture<RecordedGateway>
{
    private readonly string _path = $"sealed-{Guid.NewGuid():n}";

    [Fact]
    public async Task The_backend_sees_its_own_id_and_the_client_the_same_sealed_one_in_every_answer()
    {
        await ServeAsync();
        var session = await OpenAsync();

        using var response = await SendAsync("POST", "raw", session);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(_path, Assert.Single(Arrived()).Headers["Mcp-Session-Id"]);
        Assert.Equal(session, response.Header("Mcp-Session-Id"));
        Assert.DoesNotContain(_path, session, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Another_callers_forged_altered_or_foreign_session_is_unknown_and_reaches_no_backend(string method)
    {
        await ServeAsync();
        var session = await OpenAsync();
        var altered = (session[40] == 'A' ? 'B' : 'A') + session[41..];

        await AssertUnknownAsync(method, "raw", session, Servers.LimitedKey);
        await AssertUnknownAsync(method, "sample", session);
        await AssertUnknownAsync(method, "stalled", session);
        await AssertUnknownAsync(method, "raw", session[..40] + altered);
        await AssertUnknownAsync(method, "raw", session[..^1]);
        await AssertUnknownAsync(method, "raw", session + "A");
        await AssertUnknownAsync(method, "raw", session + ", " + session);
        await AssertUnknownAsync(method, "raw", _path);
        await AssertUnknownAsync(method, "raw", "x");
        await AssertUnknownAsync(method, "raw", new string('A', 9000));

        Assert.Empty(Arrived());
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(method, "raw", session)).StatusCode);
    }

    [Fact]
    public async Task A_call_in_an_unknown_session_leaves_a_row_that_claims_no_session()
    {
        await ServeAsync();
        var reply = await Rpc.PostAsync(
            new Uri(recorded.Gateway.Url, $"raw/{_path}"),
            Servers.TesterKey,
            RawCall.ToolCall("echo", "\"q\""),
            [("User-Agent", _path), ("Mcp-Session-Id", "stolen")]);

        var row = await recorded.OnlyRowAsync(_path);
        Assert.Equal(("error", "session_unknown", 404L),
            (row.Text("response_status"), row.Text("reason"), row.Number("http_status")));
        Assert.Equal((404, reply.RequestId, null), (reply.Status, row.Text("request_id"), row.Text("session_hash")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    public async Task Where_the_body_cannot_be_read_the_session_is_unknown_all_the_same(string body)
    {
        await ServeAsync();
        var request = RawCall.Post(new Uri(recorded.Gateway.Url, $"raw/{_path}"), body).With("Mcp-Session-Id", "x");

        using var response = await request.SendAsync();

        var error = await response.ReadErrorAsync();
        Assert.Equal((HttpStatusCode.NotFound, null, "session_unknown"), (response.StatusCode, error.Id, error.Reason));
    }

    [Fact]
    public async Task A_modern_request_brings_no_session_and_gets_none()
    {
        await ServeAsync();
        var request = RawCall.PostModern(new Uri(recorded.Gateway.Url, $"raw/{_path}"), "echo")
            .With("Mcp-Session-Id", "of-another-age");

        using var response = await request.SendAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain("Mcp-Session-Id", Assert.Single(Arrived()).Headers.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.Null(response.Header("Mcp-Session-Id"));
    }

    [Theory]
    [InlineData("has space")]
    [InlineData("a", "b")]
    [InlineData("long")]
    public async Task An_id_that_no_server_may_give_is_the_backends_fault(params string[] ids)
    {
        await recorded.StartedAsync();
        servers.Raw.On($"/{_path}", http =>
        {
            http.Response.Headers["Mcp-Session-Id"] = ids is ["long"] ? new string('x', 4000) : ids;
            return Task.CompletedTask;
        });

        using var response = await SendAsync("POST", "raw", null);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("backend_refused", (await response.ReadErrorAsync()).Reason);
        Assert.Null(response.Header("Mcp-Session-Id"));
    }

    private async Task ServeAsync()
    {
        await recorded.StartedAsync();
        servers.Raw.On($"/{_path}", http =>
        {
            http.Response.Headers["Mcp-Session-Id"] = _path;
            http.Response.ContentType = "application/json";
            return http.Response.Body.WriteAsync("""{"jsonrpc":"2.0","id":1,"result":{}}"""u8.ToArray()).AsTask();
        });
    }

    private Task<string> OpenAsync() => RawSession.OpenAsync(recorded.Gateway, servers.Raw, _path);

    private async Task<HttpResponseMessage> SendAsync(
        string method,
        string backend,
        string? session,
        string key = Servers.TesterKey)
    {
        var url = new Uri(recorded.Gateway.Url, $"{backend}/{_path}");
        var request = RawCall.Request(new HttpMethod(method), url);
        request.Headers.Remove("X-Api-Key");
        request.With("X-Api-Key", key);
        return await (session is null ? request : request.With("Mcp-Session-Id", session)).SendAsync();
    }

    private async Task AssertUnknownAsync(string method, string backend, string session, string key = Servers.TesterKey)
    {
        using var response = await SendAsync(method, backend, session, key);
        var error = await response.ReadErrorAsync();
        Assert.Equal(
            (404, -31404, "session_unknown", method == "POST" ? "1" : null),
            ((int)response.StatusCode, error.Code, error.Reason, error.Id));
    }

    private ScriptedRequest[] Arrived() => [.. servers.Raw.Requests.Where(request => request.Path == $"/{_path}")];
}
