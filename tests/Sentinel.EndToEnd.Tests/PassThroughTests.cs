using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public sealed class PassThroughTests(Servers servers)
{
    // Each test has a path of its own on the scripted backend.
    private readonly string _path = $"{Guid.NewGuid():n}";

    public static TheoryData<string, string> UnusualRequests { get; } = new()
    {
        {
            "blanks between tokens",
            "\r\n\t {  \"jsonrpc\" :\t\"2.0\",\n\"id\":1 , \"method\":\"tools/call\","
                + "\"params\":{ \"name\" : \"echo\"\r\n} } \n"
        },
        {
            "escapes where none are needed",
            """{"jsonrpc":"2.0","\u0069d":"\u0031","method":"tools\/c\u0061ll","params":{"name":"\u0065cho"}}"""
        },
        {
            "the method last",
            """{"params":{"arguments":{"b":1,"a":2},"name":"echo"},"id":"z","jsonrpc":"2.0","method":"tools/call"}"""
        },
        {
            "numbers beyond a double",
            RawCall.ToolCall(
                "echo",
                "9007199254740993",
                """{"n":[123456789012345678901234567890.00,1E+2,-0.0,1e-999,0.1000]}"""
            )
        },
        {
            "text of many kinds",
            RawCall.ToolCall(
                "echo",
                arguments: """{"t":"Grüße 世界 😀 e\u0301 \ud83d\ude00 \u0000 \u2028 <>&'+"}"""
            )
        },
        {
            "members that nobody knows",
            """
            {"jsonrpc":"2.0","id":1,"extra":[[],{}],"method":"tools/call",
            "params":{"name":"echo","more":null,"_meta":{"com.example/x":{"":""}}}}
            """
        },
        {
            "a method that nobody knows",
            """{"jsonrpc":"2.0","id":1,"method":"com.example/other","params":{ "deep" : [ 1 , { } ] }}"""
        },
        { "no id, being a notification", """{"jsonrpc":"2.0","method":"notifications/initialized"}""" },
    };

    public static TheoryData<int, string, string> UnusualAnswers { get; } = new()
    {
        {
            200,
            "application/json",
            " {\r\n\"result\" : {\"content\":[],\"n\":1.0E+2},\"id\":1,\t\"jsonrpc\":\"2.0\"}\n "
        },
        { 200, "application/json", """{"id":1,"jsonrpc":"2.0","result":{"n":123456789012345678901234567890}}""" },
        {
            200,
            "application/json; charset=utf-8",
            """{"id":1,"jsonrpc":"2.0","result":{"t":"\u00fc ü 😀 \ud83d\ude00 \/"}}"""
        },
        {
            200,
            "text/event-stream",
            ":hello\r\n\r\nid:1\rdata\r\revent: message\n"
                + "data: {\"jsonrpc\":\"2.0\",\ndata: \"id\":1,\"result\":{}}\n\nretry: 10\n\n"
        },
        { 400, "application/json", """{"error":{"code":-32020,"message":"x"},"id":1,"jsonrpc":"2.0"}""" },
        { 404, "application/json", """{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"x"}}""" },
        {
            404,
            "text/event-stream",
            "data: {\"error\":{\"code\":-32601,\"message\":\"x\"},\"id\":1,\"jsonrpc\":\"2.0\"}\n\n"
        },
        { 406, "text/plain", "no" },
        { 500, "text/html", "<h1>down</h1>" },
        { 503, "application/json", "not json at all" },
    };

    [Theory]
    [MemberData(nameof(UnusualRequests))]
    public async Task Forwards_the_bytes_of_a_request_unchanged_with(string feature, string body)
    {
        servers.Raw.On($"/{_path}", Answer(200, "application/json", "{}"));

        using var response = await (await ToRawAsync(body)).SendAsync();

        var arrived = Assert.Single(Arrived());
        Assert.Equal(body, Encoding.UTF8.GetString(arrived.Body));
        Assert.Equal(Sha256(body), arrived.BodySha256);
        Assert.True(response.IsSuccessStatusCode, feature);
    }

    [Theory]
    [MemberData(nameof(UnusualAnswers))]
    public async Task Hands_on_the_bytes_of_an_answer_unchanged(int status, string contentType, string answer)
    {
        servers.Raw.On($"/{_path}", Answer(status, contentType, answer));

        using var response = await (await ToRawAsync(RawCall.ToolCall("echo"))).SendAsync();

        var received = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(contentType, response.Header("Content-Type"));
        Assert.Equal(answer, Encoding.UTF8.GetString(received));
        Assert.Equal(Sha256(answer), Convert.ToHexStringLower(SHA256.HashData(received)));
    }

    [Fact]
    public async Task Hands_on_the_empty_202_that_a_notification_gets()
    {
        servers.Raw.On($"/{_path}", http =>
        {
            http.Response.StatusCode = 202;
            return Task.CompletedTask;
        });

        using var response = await (
            await ToRawAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""")
        ).SendAsync();

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Sends_a_call_once()
    {
        servers.Raw.On($"/{_path}", Answer(500, "text/plain", "down"));

        using var response = await (await ToRawAsync(RawCall.ToolCall("echo"))).SendAsync();

        Assert.Single(Arrived());
    }

    private async Task<HttpRequestMessage> ToRawAsync(string body) =>
        RawCall.Post(new Uri((await servers.Gateway).Url, $"raw/{_path}"), body);

    private ScriptedRequest[] Arrived() => [.. servers.Raw.Requests.Where(request => request.Path == $"/{_path}")];

    private static RequestDelegate Answer(int status, string contentType, string body) =>
        async http =>
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = contentType;
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
        };

    private static string Sha256(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
