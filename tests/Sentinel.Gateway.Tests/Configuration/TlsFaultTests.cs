using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

/// <summary>What is wrong with certificates, found before they are used.</summary>
public sealed class TlsFaultTests : IDisposable
{
    private const string Encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";

    private readonly TestAuthority _authority = new();
    private readonly TemporaryFolder _folder = new();
    private readonly TestCertificate _certificate;

    public TlsFaultTests()
    {
        _certificate = _authority.Issue("one");
        Write("good.crt", _certificate.Pem);
        Write("good.key", _certificate.KeyPem);
        Write("both.pem", _certificate.KeyPem + "\n" + _certificate.Pem);
        Write("other.key", _authority.Issue("other").KeyPem);
        Write("encrypted.key", Encrypted);
        Write("empty.pem", "");
        Write("long.pem", new string('x', 1024 * 1024 + 1));
        var old = _authority.Issue("old", daysLeft: -1);
        Write("expired.pem", old.Pem + "\n" + old.KeyPem);
    }

    [Theory]
    [InlineData("{}", "", "write either CertificatePath or CertificateEnv, and in it the certificate in PEM")]
    [InlineData("""{ "KeyPath": "DIR/good.key" }""", "", "write either CertificatePath or CertificateEnv")]
    [InlineData("""{ "CertificatePath": "DIR/good.crt", "CertificateEnv": "CRT" }""", "", "write either CertificatePath or")]
    [InlineData(
        """{ "CertificatePath": "DIR/good.crt", "KeyPath": "DIR/good.key", "KeyEnv": "KEY" }""", "", "KeyPath and KeyEnv would")]
    [InlineData("""{ "CertificatePath": "DIR/none.crt" }""", ".CertificatePath", "the file DIR/none.crt does not exist; write it")]
    [InlineData("""{ "CertificatePath": "DIR" }""", ".CertificatePath", "the file DIR cannot be read")]
    [InlineData("""{ "CertificatePath": "DIR/long.pem" }""", ".CertificatePath", "the file DIR/long.pem is longer than 1 MiB")]
    [InlineData("""{ "CertificatePath": "DIR/empty.pem" }""", ".CertificatePath", "this is no certificate with its own key")]
    [InlineData("""{ "CertificatePath": "DIR/good.crt" }""", ".CertificatePath", "this is no certificate with its own key")]
    [InlineData(
        """{ "CertificatePath": "DIR/good.crt", "KeyPath": "DIR/other.key" }""", ".CertificatePath", "this is no certificate with")]
    [InlineData(
        """{ "CertificatePath": "DIR/good.crt", "KeyPath": "DIR/encrypted.key" }""", ".CertificatePath", "the key is encrypted")]
    [InlineData("""{ "CertificatePath": "DIR/good.crt", "KeyPath": "DIR/none.key" }""", ".KeyPath", "the file DIR/none.key does")]
    [InlineData("""{ "CertificateEnv": "CRT" }""", ".CertificateEnv", "the environment variable CRT is not set")]
    [InlineData("""{ "CertificateEnv": "-----BEGIN" }""", ".CertificateEnv", "this is no name of an environment variable")]
    [InlineData("""{ "Certificate": "x" }""", ".Certificate", "unknown key 'Certificate'")]
    public Task A_listeners_certificate_that_cannot_be_used_is_a_fault(string tls, string path, string problem) =>
        AssertFaultAsync($"\"Tls\": {tls}", $"$.Sentinel.Tls{path}", problem);

    [Theory]
    [InlineData("""{ "CaPath": "DIR/none.pem" }""", ".CaPath", "the file DIR/none.pem does not exist")]
    [InlineData("""{ "CaPath": "DIR/empty.pem" }""", ".CaPath", "there is no certificate in DIR/empty.pem")]
    [InlineData("""{ "ClientKeyPath": "DIR/good.key" }""", ".ClientKeyPath", "there is a key and no certificate")]
    [InlineData(
        """{ "ClientCertificatePath": "DIR/good.crt" }""", ".ClientCertificatePath", "this is no certificate with its own key")]
    [InlineData(
        """{ "ClientCertificatePath": "DIR/good.crt", "ClientKeyPath": "DIR/none.key" }""",
        ".ClientKeyPath",
        "the file DIR/none.key does not exist")]
    public Task A_backends_certificate_that_cannot_be_used_is_a_fault(string backend, string path, string problem) =>
        AssertFaultAsync($$"""  "Backends": { "a": {{backend}} }""", $"$.Sentinel.Backends.a{path}", problem, https: true);

    [Fact]
    public Task Certificates_for_a_backend_without_tls_are_a_fault() =>
        AssertFaultAsync(
            """  "Backends": { "a": { "CaPath": "DIR/good.crt" } }""",
            "$.Sentinel.Backends.a",
            "certificates are named, and no destination has an https address");

    [Fact]
    public async Task Authorities_of_a_backend_that_may_show_any_certificate_are_a_fault()
    {
        var text = Reading.OpenFile(Here("""  "Backends": { "a": { "CaPath": "DIR/good.crt" } }"""))
            .Replace("http://127.0.0.1:3001/", "https://127.0.0.1:3001/", StringComparison.Ordinal)
            .Replace(
                "\"Destinations\"",
                "\"HttpClient\": { \"DangerousAcceptAnyServerCertificate\": true }, \"Destinations\"",
                StringComparison.Ordinal);

        var fault = Assert.Single((await Reading.ReadAsync(text)).Faults);

        Assert.Equal("$.Sentinel.Backends.a.CaPath", fault.Path);
        Assert.Contains("DangerousAcceptAnyServerCertificate", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_file_may_hold_certificate_and_key()
    {
        var snapshot = await Reading.ReadValidAsync(
            Reading.OpenFile(Here("""  "Tls": { "CertificatePath": "DIR/both.pem" }""")));

        Assert.Equal(_certificate.Thumbprint, snapshot.ServerCertificate?.Leaf.Thumbprint);
        Assert.Empty(snapshot.Warnings);
    }

    [Fact]
    public async Task An_expired_certificate_is_a_warning_for_it_must_not_hold_up_a_kill_switch()
    {
        var snapshot = await Reading.ReadValidAsync(
            Reading.OpenFile(Here("""  "Tls": { "CertificatePath": "DIR/expired.pem" }""")));

        Assert.Contains("expired on", Assert.Single(snapshot.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_file_is_a_change_of_the_configuration_and_counts_once()
    {
        using var file = await WatchedFile.StartAsync(
            WatchedFile.Numbered(1, Here("""  "Tls": { "CertificatePath": "DIR/both.pem" },""")));
        await file.SettleAsync();
        var renewed = _authority.Issue("renewed");

        Write("both.pem", renewed.Pem + "\n" + renewed.KeyPem);
        await file.LookAsync();
        Assert.Equal(1, file.Source.Current.Version);
        await file.LookAsync();
        await file.SettleAsync();
        await file.SettleAsync();

        Assert.Equal(renewed.Thumbprint, file.Source.Current.ServerCertificate?.Leaf.Thumbprint);
        Assert.Equal((2, 1, 0), (file.Source.Current.Version, file.Reloaded, file.Failed));
    }

    [Fact]
    public async Task A_file_that_becomes_faulty_is_counted_and_logged_once_and_the_one_before_stays()
    {
        using var file = await WatchedFile.StartAsync(
            WatchedFile.Numbered(1, Here("""  "Tls": { "CertificatePath": "DIR/both.pem" },""")));

        Write("both.pem", "nothing");
        await file.SettleAsync();
        await file.SettleAsync();
        await file.WriteAndSettleAsync(
            WatchedFile.Numbered(2, Here("""  "Tls": { "CertificatePath": "DIR/both.pem" },""")));

        Assert.Equal(_certificate.Thumbprint, file.Source.Current.ServerCertificate?.Leaf.Thumbprint);
        Assert.True(file.Source.Current.Sentinel.Rbac.Roles.ContainsKey("v2"));
        Assert.Equal(2, file.Log.Messages(1006).Count());
        Assert.Equal(2, file.Failed);
    }

    [Fact]
    public async Task A_faulty_file_that_is_named_anew_is_a_fault_and_is_read_again_once_it_is_mended()
    {
        using var file = await WatchedFile.StartAsync();
        var text = WatchedFile.Numbered(2, Here("""  "Tls": { "CertificatePath": "DIR/new.pem" },"""));

        await file.WriteAndSettleAsync(text);
        Assert.Equal((1, 1), (file.Source.Current.Version, file.Failed));
        Write("new.pem", _certificate.Pem + "\n" + _certificate.KeyPem);
        await file.SettleAsync();

        Assert.Equal(_certificate.Thumbprint, file.Source.Current.ServerCertificate?.Leaf.Thumbprint);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private void Write(string name, string text) => File.WriteAllText(_folder.File(name), text);

    private string Here(string text) => text.Replace("DIR", _folder.Path, StringComparison.Ordinal);

    private async Task AssertFaultAsync(string member, string path, string problem, bool https = false)
    {
        var text = Reading.OpenFile(Here(member));
        if (https)
        {
            text = text.Replace("http://127.0.0.1:3001/", "https://127.0.0.1:3001/", StringComparison.Ordinal);
        }

        var fault = Assert.Single((await Reading.ReadAsync(text)).Faults);

        Assert.Equal(path, fault.Path);
        Assert.Contains(Here(problem), fault.ToString(), StringComparison.Ordinal);
    }
}
