using System.Net;
using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public sealed class RefusedCallTests(Servers servers)
{
    private readonly string _marker = Guid.NewGuid().ToString("n");

    [Theory]
    [InlineData("7")]
    [InlineData("\"7\"")]
    [InlineData("9007199254740993")]
    [InlineData("\"a \\\"quoted\\\" id\"")]
    public async Task A_denied_tool_is_refused_with_the_id_of_its_request(string id)
    {
        var body = RawCall.ToolCall("fail", id);

        using var response = await (await ToSampleAsync(body, Servers.LimitedKey)).SendAsync();

        var error = await response.ReadErrorAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal((-31403, "Permission denied for tool: fail", "rbac"), (error.Code, error.Message, error.Reason));
        Assert.True(SameJson(id, error.Id), $"Sent {id}, got {error.Id}.");
        Assert.True(Guid.TryParse(error.RequestId, out _), error.RequestId);
        Assert.Equal(response.Header("Sentinel-Request-Id"), error.RequestId);
        await AssertNothingArrivedAsync();
    }

    [Fact]
    public async Task A_denied_tool_is_refused_in_the_modern_era_too()
    {
        var gateway = await servers.Gateway;
        var request = RawCall.PostModern(new Uri(gateway.Url, "sample/mcp"), "fail", key: Servers.LimitedKey);

        using var response = await Marked(request).SendAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("rbac", (await response.ReadErrorAsync()).Reason);
        await AssertNothingArrivedAsync();
    }

    [Fact]
    public async Task Refusals_of_two_calls_carry_two_request_ids()
    {
        using var first = await (await ToSampleAsync(RawCall.ToolCall("fail"), Servers.LimitedKey)).SendAsync();
        using var second = await (await ToSampleAsync(RawCall.ToolCall("fail"), Servers.LimitedKey)).SendAsync();

        Assert.NotNull(first.Header("Sentinel-Request-Id"));
        Assert.NotEqual(first.Header("Sentinel-Request-Id"), second.Header("Sentinel-Request-Id"));
    }

    [Fact]
    public async Task A_tool_that_is_switched_off_is_refused_for_a_caller_who_may_call_everything()
    {
        var gateway = await servers.OpenGateway;

        using var response = await ToSample(gateway, RawCall.ToolCall("big"), Servers.TesterKey).SendAsync();

        var error = await response.ReadErrorAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal((-31403, "kill_switch"), (error.Code, error.Reason));
        Assert.Equal(response.Header("Sentinel-Request-Id"), error.RequestId);
        await AssertNothingArrivedAsync();
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task A_request_without_a_credential_is_unauthenticated(string method)
    {
        var request = await ToSampleAsync(RawCall.ToolCall("echo"), key: null);
        if (method is not "POST")
        {
            request.Method = new HttpMethod(method);
            request.Content = null;
        }

        using var response = await request.SendAsync();

        await AssertUnauthenticatedAsync(response);
    }

    [Theory]
    [InlineData("X-Api-Key", "no-such-key")]
    [InlineData("X-Api-Key", "")]
    [InlineData("Authorization", "Bearer no-such-key")]
    [InlineData("Authorization", "Basic dGVzdGVyOnRlc3Rlcg==")]
    public async Task A_wrong_credential_is_unauthenticated_even_where_strangers_are_let_in(string header, string value)
    {
        var gateway = await servers.OpenGateway;
        var request = ToSample(gateway, RawCall.ToolCall("echo"), key: null).With(header, value);

        using var response = await request.SendAsync();

        await AssertUnauthenticatedAsync(response);
    }

    [Fact]
    public async Task A_stranger_is_let_in_where_the_configuration_says_so()
    {
        var gateway = await servers.OpenGateway;

        using var response = await ToSample(gateway, RawCall.ToolCall("echo"), key: null).SendAsync();

        var arrived = Assert.Single(await ArrivedAsync());
        Assert.Equal("anonymous", arrived.Header("Sentinel-Subject"));
    }

    [Fact]
    public async Task A_key_in_the_query_is_no_credential()
    {
        var gateway = await servers.Gateway;
        var url = new Uri(gateway.Url, $"sample/mcp?access_token={Servers.TesterKey}&api_key={Servers.TesterKey}");

        using var response = await Marked(RawCall.Post(url, RawCall.ToolCall("echo"), key: null)).SendAsync();

        await AssertUnauthenticatedAsync(response);
    }

    [Fact]
    public async Task Two_credentials_at_once_are_refused()
    {
        var request = await ToSampleAsync(RawCall.ToolCall("echo"), Servers.TesterKey);

        using var response = await request.With("Authorization", $"Bearer {Servers.TesterKey}").SendAsync();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_request", (await response.ReadErrorAsync()).Reason);
        await AssertNothingArrivedAsync();
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("TRACE")]
    [InlineData("HEAD")]
    [InlineData("PROPFIND")]
    [InlineData("BREW")]
    public async Task A_method_that_no_MCP_endpoint_has_is_not_allowed(string method)
    {
        var gateway = await servers.Gateway;
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(gateway.Url, "sample/mcp"));

        using var response = await Marked(request).With("X-Api-Key", Servers.TesterKey).SendAsync();

        await AssertNotAllowedAsync(response);
        if (method is not "HEAD")
        {
            Assert.Equal(-31405, (await response.ReadErrorAsync()).Code);
        }
    }

    [Fact]
    public async Task A_WebSocket_is_not_allowed()
    {
        var gateway = await servers.Gateway;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Url, "sample/mcp"));
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("websocket");

        using var response = await Marked(request)
            .With("X-Api-Key", Servers.TesterKey)
            .With("Sec-WebSocket-Version", "13")
            .With("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
            .SendAsync();

        await AssertNotAllowedAsync(response);
    }

    // Equal in type and value; a string may be spelled another way.
    private static bool SameJson(string expected, string? actual) =>
        actual is not null && JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual));

    private async Task<HttpRequestMessage> ToSampleAsync(string body, string? key) =>
        ToSample(await servers.Gateway, body, key);

    private HttpRequestMessage ToSample(GatewayProcess gateway, string body, string? key) =>
        Marked(RawCall.Post(new Uri(gateway.Url, "sample/mcp"), body, key));

    private HttpRequestMessage Marked(HttpRequestMessage request) => request.With(Servers.Marker, _marker);

    private async Task AssertUnauthenticatedAsync(HttpResponseMessage response)
    {
        var error = await response.ReadErrorAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal((-31401, "unauthenticated"), (error.Code, error.Reason));
        // No resource_metadata: it would send clients to a document that is not served.
        Assert.Equal("Bearer realm=\"sentinel\"", response.Header("WWW-Authenticate"));
        await AssertNothingArrivedAsync();
    }

    private async Task AssertNotAllowedAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["DELETE", "GET", "OPTIONS", "POST"], response.Content.Headers.Allow.Order());
        await AssertNothingArrivedAsync();
    }

    private async Task AssertNothingArrivedAsync() => Assert.Empty(await ArrivedAsync());

    private async Task<SampleRequest[]> ArrivedAsync() =>
        [.. (await servers.Sample.Requests()).Where(request => request.Header(Servers.Marker) == _marker)];
}
