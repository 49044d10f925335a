using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sentinel.Gateway.Configuration.Edge;
using Xunit;

namespace Sentinel.Gateway.Tests.Authentication.Edge;

public sealed class ForwardedHeadersTests
{
    private static readonly TrustedNetwork[] Proxies =
        [.. new[] { "10.0.0.0/8", "192.0.2.7", "fd00::/8" }.Select(text => TrustedNetwork.Parse(text, null))];

    [Theory]
    [InlineData("10.0.0.1", "203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.1", "203.0.113.9, 10.2.2.2", "203.0.113.9")]
    [InlineData("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.2.2.2, fd00::5", "203.0.113.9")]
    [InlineData("10.0.0.1", "1.1.1.1,203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.1", "10.3.3.3, 10.2.2.2", "10.3.3.3")]
    [InlineData("192.0.2.7", "203.0.113.9:4711", "203.0.113.9")]
    [InlineData("fd00::1", "[2001:db8::1]:4711", "2001:db8::1")]
    [InlineData("fd00::1", "2001:db8::1", "2001:db8::1")]
    [InlineData("::ffff:10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.1", "203.0.113.9, ::ffff:10.2.2.2", "203.0.113.9")]
    [InlineData("10.0.0.1", "203.0.113.9, unknown, 10.2.2.2", "10.2.2.2")]
    [InlineData("10.0.0.1", "203.0.113.9,, 10.2.2.2", "10.2.2.2")]
    [InlineData("10.0.0.1", "203.0.113.9, 010, 10.2.2.2", "10.2.2.2")]
    [InlineData("10.0.0.1", "garbage", "10.0.0.1")]
    [InlineData("10.0.0.1", "", "10.0.0.1")]
    [InlineData("203.0.113.1", "1.1.1.1", "203.0.113.1")]
    [InlineData("192.0.2.8", "1.1.1.1", "192.0.2.8")]
    [InlineData("::1", "1.1.1.1", "::1")]
    public void The_client_is_the_first_from_the_right_that_no_trusted_proxy_is(
        string peer,
        string forwardedFor,
        string client)
    {
        var context = From(peer);
        context.Request.Headers["X-Forwarded-For"] = forwardedFor;

        ForwardedHeaders.Apply(context, Proxies);

        Assert.Equal(client, context.Connection.RemoteIpAddress!.ToString());
    }

    [Fact]
    public void Headers_that_are_there_several_times_are_one_list()
    {
        var context = From("10.0.0.1");
        context.Request.Headers["X-Forwarded-For"] = new StringValues(["1.1.1.1", "203.0.113.9, 10.5.5.5", "10.2.2.2"]);

        ForwardedHeaders.Apply(context, Proxies);

        Assert.Equal("203.0.113.9", context.Connection.RemoteIpAddress!.ToString());
    }

    [Theory]
    [InlineData("10.0.0.1", "https", "mcp.example.com", "https mcp.example.com")]
    [InlineData("10.0.0.1", "HTTPS", "mcp.example.com", "https mcp.example.com")]
    [InlineData("10.0.0.1", "http, https", "evil.net, mcp.example.com", "https mcp.example.com")]
    [InlineData("10.0.0.1", "gopher", "", "http inner")]
    [InlineData("203.0.113.1", "https", "mcp.example.com", "http inner")]
    public void Scheme_and_host_are_the_nearest_proxys_word(string peer, string proto, string host, string expected)
    {
        var context = From(peer);
        context.Request.Headers["X-Forwarded-Proto"] = proto;
        context.Request.Headers["X-Forwarded-Host"] = host;

        ForwardedHeaders.Apply(context, Proxies);

        Assert.Equal(expected, $"{context.Request.Scheme} {context.Request.Headers.Host}");
    }

    [Fact]
    public void Without_trusted_proxies_nobody_is_believed()
    {
        var context = From("127.0.0.1");
        context.Request.Headers["X-Forwarded-For"] = "1.1.1.1";
        context.Request.Headers["X-Forwarded-Host"] = "mcp.example.com";

        ForwardedHeaders.Apply(context, []);

        Assert.Equal("127.0.0.1 inner", $"{context.Connection.RemoteIpAddress} {context.Request.Headers.Host}");
    }

    private static DefaultHttpContext From(string peer)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        context.Request.Scheme = "http";
        context.Request.Headers.Host = "inner";
        return context;
    }
}
