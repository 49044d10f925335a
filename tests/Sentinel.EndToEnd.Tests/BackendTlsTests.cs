using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Backends with certificates of an authority of one's own.</summary>
public sealed class BackendTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _other = new("Another Authority");

    [Fact]
    public async Task A_backend_of_a_private_authority_is_reached_and_sees_the_client_certificate()
    {
        var client = _authority.Issue("sentinel");
        await using var backend = await TlsBackend.StartAsync(_authority.Issue("backend"));
        await using var gateway = await StartAsync(
            backend,
            new JsonObject
            {
                ["CaPath"] = "ca.pem",
                ["ClientCertificatePath"] = "client.pem",
                ["ClientKeyPath"] = "client.key",
            },
            ("ca.pem", _authority.Pem),
            ("client.pem", client.Pem),
            ("client.key", client.KeyPem));

        var (status, text) = await CallAsync(gateway);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains($"saw {client.Thumbprint}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_client_certificate_none_is_presented()
    {
        await using var backend = await TlsBackend.StartAsync(_authority.Issue("backend"));
        await using var gateway = await StartAsync(
            backend, new JsonObject { ["CaPath"] = "ca.pem" }, ("ca.pem", _authority.Pem));

        Assert.Contains("saw nobody", (await CallAsync(gateway)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("of another authority")]
    [InlineData("of an authority that the system does not know")]
    public async Task A_backend_whose_certificate_is_not_good_is_a_bad_gateway_that_says_so(string flaw)
    {
        await using var backend = await TlsBackend.StartAsync(
            _authority.Issue("backend", daysLeft: flaw == "expired" ? -1 : 50));
        await using var gateway = await StartAsync(
            backend,
            flaw.Contains("system", StringComparison.Ordinal) ? [] : new JsonObject { ["CaPath"] = "ca.pem" },
            ("ca.pem", flaw == "expired" ? _authority.Pem : _other.Pem));

        var (status, text) = await CallAsync(gateway);

        Assert.Equal(HttpStatusCode.BadGateway, status);
        Assert.Contains("does not trust the other's certificate", text, StringComparison.Ordinal);
        Assert.Contains("backend_unreachable", text, StringComparison.Ordinal);
        Assert.Equal(0, backend.Calls);
    }

    [Fact]
    public async Task A_changed_authority_counts_for_the_next_call()
    {
        await using var backend = await TlsBackend.StartAsync(_authority.Issue("backend"));
        await using var gateway = await StartAsync(
            backend, new JsonObject { ["CaPath"] = "ca.pem" }, ("ca.pem", _other.Pem));
        Assert.Equal(HttpStatusCode.BadGateway, (await CallAsync(gateway)).Status);

        await WriteAsync(gateway, _other.Pem + "\n" + _authority.Pem);

        await Eventually.TrueAsync(
            async () => (await CallAsync(gateway)).Status == HttpStatusCode.OK, "the new authority is trusted");
        await WriteAsync(gateway, _other.Pem);
        await Eventually.TrueAsync(
            async () => (await CallAsync(gateway)).Status == HttpStatusCode.BadGateway,
            "the authority is trusted no longer, though there was a connection");
    }

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
    }

    private static Task WriteAsync(GatewayProcess gateway, string pem) =>
        File.WriteAllTextAsync(Path.Combine(gateway.Folder, "ca.pem"), pem, TestContext.Current.CancellationToken);

    private static Task<GatewayProcess> StartAsync(
        TlsBackend backend, JsonObject tls, params (string Name, string Text)[] files)
    {
        var config = new ProxyConfig()
            .Backend("private", backend.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*"]);
        config.Sentinel["Backends"] = new JsonObject { ["private"] = tls };
        return GatewayProcess.StartAsync(config, files: files);
    }

    private static async Task<(HttpStatusCode Status, string Text)> CallAsync(GatewayProcess gateway)
    {
        using var response = await RawCall
            .Post(new Uri(gateway.Url, "private/mcp"), RawCall.ToolCall("echo"))
            .SendAsync();
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Answers every call with the thumbprint of the certificate that its client presented.</summary>
    private sealed class TlsBackend : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private int _calls;

        private TlsBackend(X509Certificate2 certificate)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen => listen.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = certificate,
                    ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                    ClientCertificateValidation = (_, _, _) => true,
                })));
            _app = builder.Build();
            _app.Run(http =>
            {
                Interlocked.Increment(ref _calls);
                http.Response.ContentType = "application/json";
                var seen = http.Connection.ClientCertificate?.Thumbprint ?? "nobody";
                return http.Response.WriteAsync(
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"saw "
                    + $"{seen}\"}}]}}}}");
            });
        }

        public Uri Url => new(_app.Urls.Single() + "/");

        public int Calls => _calls;

        public static async Task<TlsBackend> StartAsync(TestCertificate certificate)
        {
            var backend = new TlsBackend(X509Certificate2.CreateFromPem(certificate.Pem, certificate.KeyPem));
            await backend._app.StartAsync();
            return backend;
        }

        public async ValueTask DisposeAsync()
        {
            await _app.StopAsync(new CancellationToken(canceled: true));
            await _app.DisposeAsync();
        }
    }
}
