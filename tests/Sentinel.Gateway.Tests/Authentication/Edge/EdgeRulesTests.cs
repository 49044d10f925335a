using Sentinel.Gateway.Authentication.Edge;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Edge;
using Xunit;

namespace Sentinel.Gateway.Tests.Authentication.Edge;

public sealed class EdgeRulesTests
{
    private static readonly SentinelOptions Options = new()
    {
        PublicUrl = HttpOrigin.Parse("https://MCP.example.com:8443/", null),
        AllowedHosts = [HostPattern.Parse("gateway.internal", null), HostPattern.Parse("*.apps.example", null)],
        AllowedOrigins =
        [
            OriginPattern.Parse("https://App.example.com", null),
            OriginPattern.Parse("https://*.web.example:9443", null),
            OriginPattern.Parse("vscode-webview://abc123", null),
        ],
    };

    private static readonly EdgeRules Rules = new(Options);

    private static readonly EdgeRules Open = new(new SentinelOptions
    {
        AllowedHosts = [HostPattern.Parse("*", null)],
        AllowedOrigins = [OriginPattern.Parse("*", null)],
    });

    [Theory]
    [InlineData("mcp.example.com")]
    [InlineData("mcp.example.com:8443")]
    [InlineData("mcp.example.com:1")]
    [InlineData("MCP.EXAMPLE.COM")]
    [InlineData("mcp.example.com.")]
    [InlineData("mcp.example.com.:443")]
    [InlineData("gateway.internal")]
    [InlineData("a.apps.example")]
    [InlineData("a.b.APPS.example:80")]
    [InlineData("localhost")]
    [InlineData("LocalHost:8080")]
    [InlineData("localhost.")]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3:8080")]
    [InlineData("[::1]")]
    [InlineData("[::1]:8080")]
    [InlineData("[fe80::1%eth0]:8080")]
    [InlineData("[::ffff:10.0.0.1]")]
    public void Allows_the_host(string host) => Assert.True(Rules.AllowsHost(host));

    [Theory]
    [InlineData("")]
    [InlineData("evil.example.com")]
    [InlineData("example.com")]
    [InlineData("mcp.example.com.evil.net")]
    [InlineData("evilmcp.example.com")]
    [InlineData("mcp.example.com..")]
    [InlineData("mcp.example.com:80:80")]
    [InlineData("mcp.example.com:")]
    [InlineData("mcp.example.com:x")]
    [InlineData("mcp.example.com:123456")]
    [InlineData("mcp.example.com@evil.net")]
    [InlineData("mcp.example.com, evil.net")]
    [InlineData("mcp.example.com evil.net")]
    [InlineData("mcp.example.com/")]
    [InlineData("apps.example")]
    [InlineData(".apps.example")]
    [InlineData("xapps.example")]
    [InlineData("*.apps.example")]
    [InlineData("127.0.0.1.evil.net")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("256.0.0.1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("localhost.evil.net")]
    [InlineData("evil.localhost")]
    [InlineData("[::1")]
    [InlineData("[]")]
    [InlineData("[::1]evil.net")]
    [InlineData("[evil.net]")]
    [InlineData("[127.0.0.1]")]
    [InlineData("::1")]
    public void Refuses_the_host(string host) => Assert.False(Rules.AllowsHost(host));

    [Theory]
    [InlineData("anything.example", true)]
    [InlineData("any_thing:99", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a\"b", false)]
    [InlineData("a/b", false)]
    public void Any_host_is_still_a_host(string host, bool isAllowed) => Assert.Equal(isAllowed, Open.AllowsHost(host));

    [Theory]
    [InlineData("https://mcp.example.com:8443")]
    [InlineData("https://app.example.com")]
    [InlineData("https://app.example.com:443")]
    [InlineData("HTTPS://APP.EXAMPLE.COM")]
    [InlineData("https://a.web.example:9443")]
    [InlineData("https://a.b.web.example:9443")]
    [InlineData("vscode-webview://abc123")]
    [InlineData("http://localhost")]
    [InlineData("http://localhost:6274")]
    [InlineData("https://localhost:6274")]
    [InlineData("http://127.0.0.1:5173")]
    [InlineData("http://127.8.9.1:5173")]
    [InlineData("http://[::1]:5173")]
    public void Allows_the_origin(string origin) => Assert.True(Rules.AllowsOrigin(origin));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("https://evil.example")]
    [InlineData("https://mcp.example.com")]
    [InlineData("http://mcp.example.com:8443")]
    [InlineData("http://app.example.com")]
    [InlineData("http://app.example.com:443")]
    [InlineData("https://app.example.com:80")]
    [InlineData("https://app.example.com.evil.net")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://app.example.com, https://evil.example")]
    [InlineData("https://web.example:9443")]
    [InlineData("https://a.web.example")]
    [InlineData("https://evil.net/.web.example:9443")]
    [InlineData("https://evil.net#.web.example:9443")]
    [InlineData("https://u@a.web.example:9443")]
    [InlineData("vscode-webview://abc1234")]
    [InlineData("http://localhost.evil.net")]
    [InlineData("http://localhost@evil.net")]
    [InlineData("http://127.0.0.1.evil.net")]
    [InlineData("http://10.0.0.1")]
    [InlineData("http://0.0.0.0")]
    [InlineData("ftp://localhost")]
    [InlineData("localhost")]
    [InlineData("http://")]
    public void Refuses_the_origin(string origin) => Assert.False(Rules.AllowsOrigin(origin));

    [Fact]
    public void Any_origin_is_every_one() => Assert.True(Open.AllowsOrigin("null"));

    [Fact]
    public void Without_settings_only_this_machine_and_addresses_are_allowed()
    {
        var bare = new EdgeRules(new SentinelOptions());

        Assert.True(bare.AllowsHost("localhost:8080") && bare.AllowsHost("192.0.2.1"));
        Assert.False(bare.AllowsHost("mcp.example.com"));
        Assert.True(bare.AllowsOrigin("http://localhost:1"));
        Assert.False(bare.AllowsOrigin("https://mcp.example.com"));
    }

    [Theory]
    [InlineData("mcp.example.com", null)]
    [InlineData("127.0.0.1:8080", null)]
    [InlineData("[::1]:8080", null)]
    [InlineData("a.apps.example:8080", null)]
    [InlineData("localhost", "https://app.example.com")]
    [InlineData("localhost", "http://127.0.0.1:5173")]
    [InlineData("localhost", "https://a.web.example:9443")]
    public void Judging_allocates_nothing(string host, string? origin)
    {
        var isAllowed = Judge(host, origin);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
        {
            isAllowed &= Judge(host, origin);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(isAllowed);
    }

    private static bool Judge(string host, string? origin) =>
        Rules.AllowsHost(host) && (origin is null || Rules.AllowsOrigin(origin));
}
