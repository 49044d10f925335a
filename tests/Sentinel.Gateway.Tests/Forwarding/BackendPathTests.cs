using Sentinel.Gateway.Forwarding;
using Xunit;

namespace Sentinel.Gateway.Tests.Forwarding;

public sealed class BackendPathTests
{
    [Theory]
    [InlineData("http://b/mcp", "/github/mcp", "/mcp/v2", "/github/mcp/v2")]
    [InlineData("http://b/mcp", "/github/mcp", "http://b/other", "/github/other")]
    [InlineData("http://b/mcp", "/github/mcp", "http://B:80/other", "/github/other")]
    [InlineData("http://b/mcp", "/github/mcp", "//b/other", "/github/other")]
    [InlineData("http://b/mcp", "/github/mcp", "other", "/github/other")]
    [InlineData("http://b/mcp", "/github/mcp", "", "/github/mcp")]
    [InlineData("http://b/mcp", "/github/mcp", "?session=1", "/github/mcp?session=1")]
    [InlineData("http://b/mcp?old=1", "/github/mcp", "/sse?a=%20b&c#d", "/github/sse?a=%20b&c#d")]
    [InlineData("http://b/api/mcp", "/github/mcp", "/api/x", "/github/x")]
    [InlineData("http://b/api/mcp", "/github/mcp", "/api", "/github")]
    [InlineData("http://b/api/mcp", "/mcp", "/api/x", "/x")]
    [InlineData("http://b/api/mcp", "/mcp", "/api", "/")]
    [InlineData("http://b/api/mcp", "/mcp", "/api?x", "/?x")]
    [InlineData("http://b/mcp", "/mcp", "/other", "/other")]
    [InlineData("http://b/", "/github", "/", "/github")]
    [InlineData("http://b/a%2Fb/mcp", "/github/mcp", "/a%2Fb/x", "/github/x")]
    [InlineData("https://b:8443/mcp", "/github/mcp", "https://b:8443/x", "/github/x")]
    public void A_URL_of_the_backend_becomes_one_of_the_route(
        string requested,
        string client,
        string target,
        string expected) =>
        Assert.Equal(expected, ToClient(requested, client, target));

    [Theory]
    [InlineData("another host", "http://b/mcp", "/github/mcp", "http://evil/mcp")]
    [InlineData("another host, without scheme", "http://b/mcp", "/github/mcp", "//evil/mcp")]
    [InlineData("another host that begins alike", "http://b/mcp", "/github/mcp", "http://b.evil/mcp")]
    [InlineData("another port", "http://b/mcp", "/github/mcp", "http://b:81/mcp")]
    [InlineData("another scheme", "http://b/mcp", "/github/mcp", "https://b/mcp")]
    [InlineData("a scheme that is no HTTP", "http://b/mcp", "/github/mcp", "javascript:alert(1)")]
    [InlineData("a file", "http://b/mcp", "/github/mcp", "file:///etc/passwd")]
    [InlineData("a user", "http://b/mcp", "/github/mcp", "http://user@b/mcp")]
    [InlineData("the host as a user", "http://b/mcp", "/github/mcp", "http://b@evil/mcp")]
    [InlineData("a path beside the route's", "http://b/api/mcp", "/github/mcp", "/admin")]
    [InlineData("a path that only begins alike", "http://b/api/mcp", "/github/mcp", "/apix/mcp")]
    [InlineData("a path above the route's", "http://b/api/mcp", "/github/mcp", "/api/../admin")]
    [InlineData("a path above the route's, relative", "http://b/api/mcp", "/github/mcp", "../admin")]
    [InlineData("a path in another case", "http://b/api/mcp", "/github/mcp", "/API/x")]
    [InlineData("a path that a browser takes for a host", "http://b/mcp", "/mcp", "http://b//evil/x")]
    [InlineData("the same below a prefix", "http://b/api/mcp", "/mcp", "/api//evil/x")]
    [InlineData("the same with a backslash", "http://b/api/mcp", "/mcp", "/api/\\evil/x")]
    public void A_URL_outside_the_route_has_no_place_in_it(
        string what,
        string requested,
        string client,
        string target) =>
        Assert.True(ToClient(requested, client, target) is null, $"{what}: {ToClient(requested, client, target)}");

    private static string? ToClient(string requested, string client, string target) =>
        BackendPath.ToClient(new Uri(target, UriKind.RelativeOrAbsolute), new Uri(requested), client);
}
