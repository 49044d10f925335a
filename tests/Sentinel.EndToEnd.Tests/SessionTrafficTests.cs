using System.Text;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What a session needs beside calls: its stream, its resumption, its end, and the answers of HTTP.</summary>
public sealed class SessionTrafficTests(Servers servers)
{
    private readonly string _path = $"{Guid.NewGuid():n}";

    public static TheoryData<string, int, string, string> Answers { get; } = new()
    {
        { "POST", 202, "", "" },
        { "POST", 202, "text/plain", "Accepted" },
        { "POST", 404, "application/json", """{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"gone"}}""" },
        { "POST", 409, "application/json", """{"error":{"code":-32000,"message":"busy"}}""" },
        { "POST", 415, "", "" },
        { "GET", 404, "application/json", """{"error":{"code":-32001,"message":"gone"},"jsonrpc":"2.0"}""" },
        { "GET", 405, "text/plain", "Method Not Allowed" },
        { "GET", 405, "", "" },
        { "GET", 406, "application/json", """{"error":{"code":-32000,"message":"event streams only"}}""" },
        { "GET", 409, "application/json", """{"error":{"code":-32000,"message":"one stream a session"}}""" },
        { "DELETE", 200, "", "" },
        { "DELETE", 202, "", "" },
        { "DELETE", 204, "", "" },
        { "DELETE", 404, "application/json", """{"error":{"code":-32001,"message":"gone"}}""" },
        { "DELETE", 405, "text/html", "<p>No." },
    };

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("POST")]
    public async Task The_headers_of_a_session_reach_the_server_as_they_were_sent(string method)
    {
        (string Name, string Value)[] headers =
        [
            ("MCP-Protocol-Version", "2025-11-25"),
            ("Last-Event-ID", "7/stream a, event 12;x=\"y\""),
            ("Accept", "text/event-stream;q=0.9 , application/json"),
        ];
        var request = await ToRawAsync(method);
        request.Headers.Accept.Clear();
        foreach (var (name, value) in headers)
        {
            request.With(name, value);
        }

        request.With("Mcp-Session-Id", await RawSession.OpenAsync(await servers.Gateway, servers.Raw, "!visible~ASCII_-1"));

        using var response = await request.SendAsync();

        var arrived = Assert.Single(Arrived());
        Assert.Equal(method, arrived.Method);
        Assert.All(headers, header => Assert.Equal(header.Value, arrived.Headers[header.Name]));
        Assert.Equal("!visible~ASCII_-1", arrived.Headers["Mcp-Session-Id"]);
        Assert.Equal(method is "POST", arrived.Body.Length > 0);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task A_request_without_a_body_stays_without_one(string method)
    {
        using var response = await (await ToRawAsync(method)).SendAsync();

        var arrived = Assert.Single(Arrived());
        Assert.DoesNotContain("Transfer-Encoding", arrived.Headers.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain("Content-Type", arrived.Headers.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.Contains(arrived.Headers.ContentLength, new long?[] { null, 0 });
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task The_servers_answer_is_the_clients(string method, int status, string contentType, string body)
    {
        servers.Raw.On($"/{_path}", async http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Allow = "POST, GET";
            http.Response.Headers.RetryAfter = "3";
            http.Response.Headers["Mcp-Session-Id"] = "!visible~ASCII_-2";
            if (contentType.Length > 0)
            {
                http.Response.ContentType = contentType;
                await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
            }
        });

        using var response = await (await ToRawAsync(method)).SendAsync();

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(contentType.Length > 0 ? contentType : null, response.Header("Content-Type"));
        Assert.Equal("POST, GET", response.Header("Allow"));
        Assert.Equal("3", response.Header("Retry-After"));
        Assert.Matches("^[A-Za-z0-9_-]{60,}$", response.Header("Mcp-Session-Id"));
        Assert.Equal(body, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Single(Arrived());
    }

    private async Task<HttpRequestMessage> ToRawAsync(string method) =>
        RawCall.Request(new HttpMethod(method), new Uri((await servers.Gateway).Url, $"raw/{_path}"));

    private ScriptedRequest[] Arrived() => [.. servers.Raw.Requests.Where(request => request.Path == $"/{_path}")];
}
