using Sentinel.Gateway.Configuration.Tls;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

/// <summary>After which changes of certificates connections to a backend are made anew.</summary>
public sealed class BackendTlsIdentityTests
{
    [Fact]
    public void The_identity_changes_with_every_certificate_that_is_sent()
    {
        using var root = new TestAuthority();
        using var above = new TestAuthority("Intermediate", root);
        using var corrected = new TestAuthority("Intermediate", root);
        var leaf = above.Issue("gateway");

        var identities = new[]
        {
            Identity(leaf, leaf.Pem),
            Identity(leaf, leaf.Pem + "\n" + above.Pem),
            Identity(leaf, leaf.Pem + "\n" + corrected.Pem),
            Identity(leaf, leaf.Pem + "\n" + corrected.Pem + "\n" + root.Pem),
        };

        Assert.Equal(identities.Length, identities.Distinct().Count());
        Assert.Equal(identities[1], Identity(leaf, leaf.Pem + "\n" + above.Pem));
    }

    private static string Identity(TestCertificate leaf, string chain) =>
        new BackendTls { ClientCertificate = CertificateWithKey.Parse(chain, leaf.KeyPem) }.Identity;
}
