using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Gateway.Hosting;
using Sentinel.Gateway.Management;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Management;

/// <summary>What the management listener tells browsers, and whom it turns away before it looks at anything.</summary>
public sealed class ManagementEdgeTests : IAsyncLifetime
{
    private const string MetricsToken = "metrics-token-0123456789";

    private ManagementRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await ManagementRig.StartAsync(
        config =>
        {
            config.Sentinel["PublicUrl"] = "https://mcp.example.com";
            config.Sentinel["AllowedHosts"] = new JsonArray("sentinel.internal", "*.ops.example", "*");
            config.Sentinel["Management"]!["MetricsTokenEnv"] = "METRICS_TOKEN";
        },
        new Dictionary<string, string> { ["METRICS_TOKEN"] = MetricsToken });

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory]
    [InlineData("127.0.0.1:9090")]
    [InlineData("[::1]:9090")]
    [InlineData("10.1.2.3")]
    [InlineData("localhost:9090")]
    [InlineData("LOCALHOST")]
    [InlineData("mcp.example.com")]
    [InlineData("sentinel.internal:9090")]
    [InlineData("a.ops.example")]
    public async Task A_host_that_is_known_is_answered(string host) =>
        Assert.StartsWith("HTTP/1.1 200", await _rig.SendRawAsync("GET / HTTP/1.1", $"Host: {host}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("ops.example")]
    [InlineData("xops.example")]
    [InlineData("127.1")]
    [InlineData("0x7f000001")]
    public async Task A_foreign_host_is_refused_everywhere_but_at_health(string host)
    {
        foreach (var path in new[] { "/", "/index.html", "/metrics", "/api/session", "/api/calls", "/nothing" })
        {
            var answer = await _rig.SendRawAsync(
                $"GET {path} HTTP/1.1", $"Host: {host}", $"Authorization: Bearer {MetricsToken}");
            Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
            Assert.Contains("host_denied", answer, StringComparison.Ordinal);
            Assert.Contains("Sentinel.AllowedHosts", answer, StringComparison.Ordinal);
        }

        Assert.StartsWith(
            "HTTP/1.1 200", await _rig.SendRawAsync("GET /healthz/live HTTP/1.1", $"Host: {host}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("http://127.0.0.1")]
    [InlineData("https://mcp.example.com")]
    [InlineData("")]
    public async Task A_foreign_origin_is_refused(string origin)
    {
        var cookie = await _rig.SignInAsync();
        foreach (var (method, path) in new[] { ("GET", "/api/calls"), ("GET", "/"), ("DELETE", "/api/session") })
        {
            Assert.Equal((403, "origin_denied"), await ManagementRig.ReadAsync(
                await _rig.SendAsync(method, path, cookie, headers: ("Origin", origin))));
        }

        Assert.Equal((403, "origin_denied"), await ManagementRig.ReadAsync(await _rig.SendAsync(
            "POST",
            "/api/session",
            body: $$"""{"credential":"{{ManagementRig.ViewerKey}}"}""",
            headers: ("Origin", origin))));
        Assert.Equal((200, null), await ManagementRig.ReadAsync(await _rig.SendAsync("GET", "/api/session", cookie)));
    }

    [Theory]
    [InlineData("same-origin", 200)]
    [InlineData("none", 200)]
    [InlineData("cross-site", 403)]
    [InlineData("same-site", 403)]
    [InlineData("something", 403)]
    public async Task What_the_browser_says_of_the_site_is_heeded(string site, int status)
    {
        var cookie = await _rig.SignInAsync();

        using var api = await _rig.SendAsync("GET", "/api/calls", cookie, headers: ("Sec-Fetch-Site", site));
        using var page = await _rig.SendAsync("GET", "/", cookie, headers: ("Sec-Fetch-Site", site));

        Assert.Equal(status, (int)api.StatusCode);
        Assert.Equal(200, (int)page.StatusCode);
    }

    [Fact]
    public async Task Its_own_origin_is_taken_and_that_of_TLS_before_it()
    {
        var cookie = await _rig.SignInAsync();
        foreach (var scheme in new[] { "http", "https" })
        {
            var origin = $"{scheme}://{_rig.Management.Authority}";
            Assert.Equal((200, null), await ManagementRig.ReadAsync(
                await _rig.SendAsync("GET", "/api/session", cookie, headers: ("Origin", origin))));
        }
    }

    [Fact]
    public async Task Every_answer_says_what_a_browser_may_do_with_it()
    {
        foreach (var path in new[] { "/", "/assets/app.js", "/api/calls", "/api/none", "/metrics", "/healthz/live", "/x" })
        {
            using var response = await _rig.SendAsync("GET", path);
            string Header(string name) => response.Headers.TryGetValues(name, out var values) ? values.Single() : "";
            Assert.Equal(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
                Header("Content-Security-Policy"));
            Assert.Equal("nosniff", Header("X-Content-Type-Options"));
            Assert.Equal("no-referrer", Header("Referrer-Policy"));
            Assert.Equal("same-origin", Header("Cross-Origin-Opener-Policy"));
            Assert.Equal("same-origin", Header("Cross-Origin-Resource-Policy"));
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
            if (path.StartsWith("/api", StringComparison.Ordinal))
            {
                Assert.Equal("no-store", Header("Cache-Control"));
            }
        }
    }

    [Fact]
    public async Task A_file_that_the_browser_has_is_not_sent_again()
    {
        using var first = await _rig.SendAsync("GET", "/");
        var tag = first.Headers.ETag!.ToString();
        using var second = await _rig.SendAsync("GET", "/", headers: ("If-None-Match", tag));
        using var head = await _rig.SendAsync("HEAD", "/");
        using var post = await _rig.SendAsync("POST", "/", body: "{}");

        Assert.Equal("no-cache", first.Headers.CacheControl!.ToString());
        Assert.Contains("<title>page</title>", await first.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(304, (int)second.StatusCode);
        Assert.Equal(200, (int)head.StatusCode);
        Assert.Equal("", await head.Content.ReadAsStringAsync());
        Assert.Equal(405, (int)post.StatusCode);
    }

    [Theory]
    [InlineData("GET /../proxy.json HTTP/1.1")]
    [InlineData("GET /assets/..%2f..%2fproxy.json HTTP/1.1")]
    [InlineData("GET /%2e%2e/proxy.json HTTP/1.1")]
    [InlineData("GET /assets/%5c..%5cproxy.json HTTP/1.1")]
    public async Task No_path_leads_out_of_the_page(string line) =>
        Assert.Matches("^HTTP/1.1 40[04]", await _rig.SendRawAsync(line, "Host: localhost"));

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong-token-0123456789")]
    [InlineData("Bearer metrics-token-0123456789x")]
    [InlineData("Bearer metrics-token-012345678")]
    [InlineData("Bearer ")]
    [InlineData("metrics-token-0123456789")]
    [InlineData("Basic metrics-token-0123456789")]
    public async Task Metrics_need_their_token(string? authorization)
    {
        (string, string)[] headers = authorization is null ? [] : [("Authorization", authorization)];
        using var response = await _rig.SendAsync("GET", "/metrics", headers: headers);

        Assert.Equal(401, (int)response.StatusCode);
        Assert.DoesNotContain("sentinel_calls", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_given_for_their_token_and_the_token_opens_nothing_else()
    {
        var header = ("Authorization", $"Bearer {MetricsToken}");
        using var metrics = await _rig.SendAsync("GET", "/metrics", headers: header);
        using var calls = await _rig.SendAsync("GET", "/api/calls", headers: header);

        Assert.Equal(200, (int)metrics.StatusCode);
        Assert.Contains("sentinel_", await metrics.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(401, (int)calls.StatusCode);
    }

    [Theory]
    [InlineData("Content-Length: 2\r\n\r\n{}")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0")]
    public async Task A_GET_with_a_body_is_refused(string rest)
    {
        var answer = await _rig.SendRawAsync(
            "GET /api/session HTTP/1.1", "Host: localhost", "Connection: close", rest);

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("bad_request", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beyond_its_most_connections_the_newest_is_closed()
    {
        var open = new List<TcpClient>();
        for (var i = 0; i <= Listeners.ManagementConnectionsMax; i++)
        {
            var client = new TcpClient();
            open.Add(client);
            await client.ConnectAsync(IPAddress.Loopback, _rig.Management.Port);
        }

        await Eventually.TrueAsync(() => open.Exists(IsClosed), "one is closed");
        open.ForEach(client => client.Dispose());
        await Eventually.HoldsAsync(async () =>
            (await _rig.SendRawAsync("GET /healthz/live HTTP/1.1", "Host: localhost"))
                .StartsWith("HTTP/1.1 200", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_does_not_read_the_page_is_cut_off_and_who_reads_it_is_not()
    {
        var clock = new TestClock();
        await using var rig = await ManagementRig.StartAsync(replace: services => services
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton(new StaticPage(typeof(StaticPage).Assembly)));
        using var deaf = new TcpClient { ReceiveBufferSize = 4096 };
        await deaf.ConnectAsync(IPAddress.Loopback, rig.Management.Port);
        var requests = string.Concat(Enumerable.Repeat("GET /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n", 200));
        await deaf.GetStream().WriteAsync(Encoding.UTF8.GetBytes(requests));

        await Eventually.HoldsAsync(async () =>
        {
            using var read = await rig.SendAsync("GET", "/app.js");
            Assert.Equal(200, (int)read.StatusCode);
            clock.Advance(TimeSpan.FromMinutes(1));
            return await IsResetAsync(deaf);
        });
    }

    [Fact]
    public async Task Metrics_take_no_other_method() =>
        Assert.Equal((405, "bad_request"), await ManagementRig.ReadAsync(await _rig.SendAsync("POST", "/metrics")));

    // Nothing is read, so that only a write can tell.
    private static async Task<bool> IsResetAsync(TcpClient client)
    {
        try
        {
            await client.GetStream().WriteAsync("\r"u8.ToArray());
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    // A closed line can be read, and gives nothing.
    private static bool IsClosed(TcpClient client) =>
        client.Client.Poll(0, SelectMode.SelectRead) && client.Client.Available == 0;
}
