using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>HTTP requests written by hand, for what no well-behaved client sends.</summary>
internal static class RawCall
{
    /// <summary>Follows nothing, keeps nothing and unpacks nothing: the test sees what came over the wire.</summary>
    public static readonly HttpClient Http = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null }
    )
    {
        Timeout = Deadline.Default,
    };

    /// <summary>A POST of exactly these bytes, as a legacy client outside a session would send it.</summary>
    public static HttpRequestMessage Post(Uri url, string body, string? key = Servers.TesterKey)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        return request;
    }

    /// <summary>A tools/call, or with another method than POST a request without a body.</summary>
    public static HttpRequestMessage Request(HttpMethod method, Uri url)
    {
        var request = Post(url, ToolCall("echo"));
        request.Method = method;
        if (method != HttpMethod.Post)
        {
            request.Content = null;
        }

        return request;
    }

    /// <summary>A tools/call; <paramref name="id"/> is JSON text.</summary>
    public static string ToolCall(string tool, string id = "1", string arguments = "{}") =>
        $$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"tools/call","params":"""
        + $$$"""{"name":"{{{tool}}}","arguments":{{{arguments}}}}}""";

    /// <summary>A request without params.</summary>
    public static string WithMethod(string method) => $$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}"}""";

    /// <summary>A tools/call of 2026-07-28 as that revision wants it.</summary>
    public static HttpRequestMessage PostModern(
        Uri url,
        string tool,
        string arguments = "{}",
        string? key = Servers.TesterKey
    )
    {
        const string Meta = """
            {"progressToken":"p","io.modelcontextprotocol/protocolVersion":"2026-07-28",
            "io.modelcontextprotocol/clientCapabilities":{}}
            """;
        var body =
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":"""
            + $$"""{"name":"{{tool}}","arguments":{{arguments}},"_meta":{{Meta}}"""
            + "}}";
        return Post(url, body, key)
            .With("MCP-Protocol-Version", "2026-07-28")
            .With("Mcp-Method", "tools/call")
            .With("Mcp-Name", tool);
    }

    public static HttpRequestMessage With(this HttpRequestMessage request, string header, string value)
    {
        // Not Add, which would refuse or rewrite what is malformed.
        Assert.True(request.Headers.TryAddWithoutValidation(header, value), header);
        return request;
    }

    /// <summary>Sends it and returns as soon as the headers of the answer are there.</summary>
    public static Task<HttpResponseMessage> SendAsync(this HttpRequestMessage request) =>
        Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    /// <summary>The JSON-RPC error that an answer consists of.</summary>
    public static async Task<RawError> ReadErrorAsync(this HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var body = JsonDocument.Parse(text);
        var error = body.RootElement.GetProperty("error");
        Assert.Equal("2.0", body.RootElement.GetProperty("jsonrpc").GetString());
        return new RawError(
            body.RootElement.TryGetProperty("id", out var id) ? id.GetRawText() : null,
            error.GetProperty("code").GetInt32(),
            error.GetProperty("message").GetString(),
            error.GetProperty("data").GetProperty("reason").GetString(),
            error.GetProperty("data").TryGetProperty("requestId", out var requestId) ? requestId.GetString() : null
        );
    }

    /// <summary>A header of the answer as it was spelled, wherever .NET files it; null if absent.</summary>
    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values)
        || response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.ToString()
            : null;
}

/// <summary>A JSON-RPC error answer; <see cref="Id"/> is JSON text, null if there was none.</summary>
internal sealed record RawError(string? Id, int Code, string? Message, string? Reason, string? RequestId);
