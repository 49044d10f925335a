using System.Net;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public sealed class HeaderTests(Servers servers)
{
    private readonly string _path = $"{Guid.NewGuid():n}";

    [Fact]
    public async Task Headers_that_mean_nothing_to_the_gateway_pass_both_ways()
    {
        servers.Raw.On($"/{_path}", http =>
        {
            http.Response.Headers["X-Answer"] = "down";
            http.Response.Headers.CacheControl = "no-cache, no-transform";
            http.Response.Headers["X-Accel-Buffering"] = "no";
            return http.Response.WriteAsync("{}");
        });
        var request = (await ToRawAsync())
            .With("X-Question", "up, with \"quotes\"")
            .With("Last-Event-ID", "17")
            .With("Mcp-Param-Region", "=?base64?w7w=?=");

        using var response = await request.SendAsync();

        var arrived = Assert.Single(Arrived()).Headers;
        Assert.Equal("up, with \"quotes\"", arrived["X-Question"]);
        Assert.Equal("17", arrived["Last-Event-ID"]);
        Assert.Equal("=?base64?w7w=?=", arrived["Mcp-Param-Region"]);
        Assert.Equal("application/json, text/event-stream", arrived.Accept);
        Assert.Equal("application/json", arrived.ContentType);
        Assert.Equal("down", response.Header("X-Answer"));
        Assert.Equal("no-cache, no-transform", response.Header("Cache-Control"));
        Assert.Equal("no", response.Header("X-Accel-Buffering"));
    }

    [Theory]
    [InlineData("X-Api-Key", Servers.TesterKey)]
    [InlineData("Authorization", $"Bearer {Servers.TesterKey}")]
    public async Task The_callers_credential_stays_at_the_gateway(string header, string value)
    {
        using var response = await (await ToRawAsync(key: null)).With(header, value).SendAsync();

        var arrived = Assert.Single(Arrived()).Headers;
        Assert.DoesNotContain("Authorization", arrived.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain("X-Api-Key", arrived.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain(Servers.TesterKey, string.Join('\n', arrived), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cookie", "session=secret-from-outside")]
    [InlineData("Proxy-Authorization", "Basic secret-from-outside")]
    [InlineData("Forwarded", "for=secret-from-outside")]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    [InlineData("X-Forwarded-Host", "secret-from-outside")]
    [InlineData("X-Forwarded-Proto", "gopher")]
    [InlineData("X-Forwarded-Prefix", "/secret-from-outside")]
    [InlineData("X-HTTP-Method-Override", "DELETE")]
    [InlineData("Sentinel-Subject", "secret-from-outside")]
    [InlineData("sentinel-roles", "secret-from-outside")]
    [InlineData("Sentinel-Request-Id", "secret-from-outside")]
    [InlineData("Sentinel-Something-Later", "secret-from-outside")]
    public async Task A_header_from_outside_that_servers_trust_does_not_arrive(string header, string value)
    {
        using var response = await (await ToRawAsync()).With(header, value).SendAsync();

        // Sentinel may send a header of that name itself.
        var arrived = Assert.Single(Arrived()).Headers;
        Assert.DoesNotContain(value, string.Join('\n', arrived[header].AsEnumerable()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_is_told_who_calls()
    {
        using var response = await (await ToRawAsync()).SendAsync();

        var arrived = Assert.Single(Arrived()).Headers;
        Assert.Equal("key%3Atester", arrived["Sentinel-Subject"]);
        Assert.Equal("tester", arrived["Sentinel-Roles"]);
        Assert.True(Guid.TryParse(arrived["Sentinel-Request-Id"], out var requestId));
        Assert.Equal(7, requestId.Version);
        Assert.Equal(response.Header("Sentinel-Request-Id"), arrived["Sentinel-Request-Id"]);
        Assert.Equal("127.0.0.1", arrived["X-Forwarded-For"]);
        Assert.Contains("traceparent", arrived.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_server_is_asked_for_an_answer_that_can_be_read()
    {
        using var response = await (await ToRawAsync()).With("Accept-Encoding", "gzip, br").SendAsync();

        Assert.Equal("identity", Assert.Single(Arrived()).Headers.AcceptEncoding);
    }

    [Fact]
    public async Task The_server_is_addressed_by_its_own_name()
    {
        using var response = await (await ToRawAsync()).SendAsync();

        Assert.Equal(servers.Raw.Url.Authority, Assert.Single(Arrived()).Headers.Host);
    }

    [Theory]
    [InlineData("Set-Cookie", "session=1; Path=/")]
    [InlineData("Access-Control-Allow-Origin", "*")]
    [InlineData("Access-Control-Allow-Credentials", "true")]
    [InlineData("Access-Control-Expose-Headers", "Mcp-Session-Id")]
    public async Task A_header_by_which_a_server_would_speak_for_the_gateway_is_dropped(string header, string value)
    {
        servers.Raw.On($"/{_path}", http =>
        {
            http.Response.Headers[header] = value;
            return http.Response.WriteAsync("{}");
        });

        using var response = await (await ToRawAsync()).SendAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Null(response.Header(header));
    }

    private async Task<HttpRequestMessage> ToRawAsync(string? key = Servers.TesterKey) =>
        RawCall.Post(new Uri((await servers.Gateway).Url, $"raw/{_path}"), RawCall.ToolCall("echo"), key);

    private ScriptedRequest[] Arrived() => [.. servers.Raw.Requests.Where(request => request.Path == $"/{_path}")];
}
