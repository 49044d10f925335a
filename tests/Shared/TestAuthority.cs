using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sentinel.Tests.Shared;

/// <summary>A certificate authority of a test's own, whose certificates are for 127.0.0.1.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _own;

    /// <param name="name">Its common name.</param>
    /// <param name="above">The authority that its own certificate is from; null for a root.</param>
    public TestAuthority(string name = "Test Authority", TestAuthority? above = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = TimeProvider.System.GetUtcNow();
        if (above is null)
        {
            _own = request.CreateSelfSigned(now.AddDays(-100), now.AddDays(100));
            return;
        }

        using var issued = request.Create(
            above._own, now.AddDays(-90), now.AddDays(90), RandomNumberGenerator.GetBytes(8));
        _own = issued.CopyWithPrivateKey(key);
    }

    /// <summary>Its own certificate, PEM.</summary>
    public string Pem => _own.ExportCertificatePem();

    /// <summary>What a client trusts that trusts this authority and no other.</summary>
    public X509ChainPolicy Trust()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(_own);
        return policy;
    }

    /// <summary>A certificate and its key; each has a serial number of its own.</summary>
    /// <param name="name">Its common name.</param>
    /// <param name="daysLeft">Until it expires; less than 0 for one that has.</param>
    public TestCertificate Issue(string name, int daysLeft = 50)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_own, true, false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(
            _own, now.AddDays(-60), now.AddDays(daysLeft), RandomNumberGenerator.GetBytes(8));
        return new TestCertificate(
            certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), certificate.Thumbprint);
    }

    public void Dispose() => _own.Dispose();
}

/// <summary>A certificate and its key as a file would hold them.</summary>
public sealed record TestCertificate(string Pem, string KeyPem, string Thumbprint);
