using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>https listeners: versions by negotiation, and certificates that are renewed under way.</summary>
public sealed class TlsTests(Servers servers) : IDisposable
{
    private readonly TestAuthority _authority = new();

    [Theory]
    [InlineData("2.0")]
    [InlineData("1.1")]
    public async Task Either_version_of_http_is_served_as_the_client_negotiates(string version)
    {
        await using var gateway = await StartAsync(_authority.Issue("one"));
        using var http = Client();
        using var request = RawCall.PostModern(new Uri(gateway.Url, "sample/mcp"), "echo", """{"text":"hello"}""");
        request.Version = Version.Parse(version);
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, version), (response.StatusCode, response.Version.ToString()));
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("hello", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Intermediates_are_sent_so_that_a_client_needs_to_know_the_root_only()
    {
        using var intermediate = new TestAuthority("Intermediate", _authority);
        var certificate = intermediate.Issue("one");
        var withChain = certificate with { Pem = certificate.Pem + "\n" + intermediate.Pem };

        await using (var gateway = await StartAsync(withChain))
        {
            Assert.Equal(certificate.Thumbprint, await HandshakeAsync(gateway.Url));
        }

        await using var without = await StartAsync(certificate);
        await Assert.ThrowsAsync<AuthenticationException>(() => HandshakeAsync(without.Url));
    }

    [Fact]
    public async Task A_certificate_is_renewed_under_load_without_a_failed_handshake()
    {
        await using var gateway = await StartAsync(_authority.Issue("first"));
        using var stop = new CancellationTokenSource();
        var seen = new ConcurrentDictionary<string, int>();
        var failed = new ConcurrentQueue<string>();
        var running = Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => ConnectUntilAsync(gateway.Url, seen, failed, stop.Token)));

        for (var i = 0; i < 3; i++)
        {
            var renewed = _authority.Issue($"renewed {i}");
            await WriteAsync(gateway, renewed);
            await Eventually.TrueAsync(() => seen.ContainsKey(renewed.Thumbprint), "the renewed certificate is served");
        }

        await stop.CancelAsync();
        await running;
        Assert.Empty(failed);
        Assert.Equal(4, seen.Count);
        TestContext.Current.TestOutputHelper?.WriteLine($"{seen.Values.Sum()} handshakes");
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("another's key")]
    [InlineData("removed")]
    public async Task A_faulty_file_changes_nothing_says_so_and_holds_up_no_other_change(string fault)
    {
        var first = _authority.Issue("first");
        await using var gateway = await StartAsync(first);
        var path = Path.Combine(gateway.Folder, "tls.crt");
        switch (fault)
        {
            case "garbage":
                await File.WriteAllTextAsync(path, "-----BEGIN CERTIFICATE-----\nno\n", TestContext.Current.CancellationToken);
                break;
            case "removed":
                File.Delete(path);
                break;
            default:
                await File.WriteAllTextAsync(path, _authority.Issue("other").Pem, TestContext.Current.CancellationToken);
                break;
        }

        await gateway.Process.WaitForLineAsync(line =>
            line.Contains("$.Sentinel.Tls.CertificatePath", StringComparison.Ordinal)
            && line.Contains("the one before stays in force", StringComparison.Ordinal));
        Assert.Equal(first.Thumbprint, await HandshakeAsync(gateway.Url));

        // The kill switch must not wait for somebody to mend a certificate.
        await File.WriteAllTextAsync(
            gateway.ConfigPath, Config().Disable("sample/echo").ToJson(), TestContext.Current.CancellationToken);
        using var http = Client();
        await Eventually.TrueAsync(
            async () =>
            {
                using var call = RawCall.PostModern(new Uri(gateway.Url, "sample/mcp"), "echo", """{"text":"x"}""");
                using var answer = await http.SendAsync(call, TestContext.Current.CancellationToken);
                return (await answer.Content.ReadAsStringAsync()).Contains("kill_switch", StringComparison.Ordinal);
            },
            "the kill switch is in force");

        var second = _authority.Issue("second");
        await WriteAsync(gateway, second);
        await Eventually.TrueAsync(
            async () => await HandshakeAsync(gateway.Url) == second.Thumbprint, "the mended certificate is served");
    }

    [Fact]
    public async Task Without_a_certificate_https_is_a_fault_that_says_what_to_write()
    {
        using var folder = new TemporaryFolder();
        var config = servers.Config();

        var (exitCode, output) = await Cli.RunAsync(
            ["serve", "--config", config.WriteTo(folder), "--urls", "https://127.0.0.1:0"], workingDirectory: folder.Path);

        Assert.Equal(1, exitCode);
        Assert.Contains("Sentinel.Tls.CertificatePath", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_and_key_come_from_the_environment_too()
    {
        var certificate = _authority.Issue("one");
        var config = servers.Config();
        config.Sentinel["Tls"] = new JsonObject { ["CertificateEnv"] = "TLS_CRT", ["KeyEnv"] = "TLS_KEY" };

        await using var gateway = await GatewayProcess.StartAsync(
            config,
            new Dictionary<string, string?> { ["TLS_CRT"] = certificate.Pem, ["TLS_KEY"] = certificate.KeyPem },
            "https://127.0.0.1:0");

        Assert.Equal(certificate.Thumbprint, await HandshakeAsync(gateway.Url));
    }

    public void Dispose() => _authority.Dispose();

    private ProxyConfig Config()
    {
        var config = servers.Config();
        config.Sentinel["Tls"] = new JsonObject { ["CertificatePath"] = "tls.crt", ["KeyPath"] = "tls.key" };
        return config;
    }

    private Task<GatewayProcess> StartAsync(TestCertificate certificate) =>
        GatewayProcess.StartAsync(
            Config(),
            urls: "https://127.0.0.1:0",
            files: [("tls.crt", certificate.Pem), ("tls.key", certificate.KeyPem)]);

    // One after the other, as renewal programs do: for a moment they do not belong together.
    private static async Task WriteAsync(GatewayProcess gateway, TestCertificate certificate)
    {
        await File.WriteAllTextAsync(Path.Combine(gateway.Folder, "tls.crt"), certificate.Pem);
        await File.WriteAllTextAsync(Path.Combine(gateway.Folder, "tls.key"), certificate.KeyPem);
    }

    private HttpClient Client() =>
        new(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = _authority.Trust() } });

    private async Task ConnectUntilAsync(
        Uri url, ConcurrentDictionary<string, int> seen, ConcurrentQueue<string> failed, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                seen.AddOrUpdate(await HandshakeAsync(url), 1, (_, count) => count + 1);
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException or SocketException)
            {
                failed.Enqueue(exception.Message);
            }
        }
    }

    // The thumbprint of the certificate that is served.
    private async Task<string> HandshakeAsync(Uri url)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, url.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                CertificateChainPolicy = _authority.Trust(),
                ApplicationProtocols = [SslApplicationProtocol.Http2],
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(SslApplicationProtocol.Http2, tls.NegotiatedApplicationProtocol);
        return tls.RemoteCertificate!.GetCertHashString(HashAlgorithmName.SHA1);
    }
}
