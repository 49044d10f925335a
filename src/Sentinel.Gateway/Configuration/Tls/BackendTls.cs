using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Sentinel.Gateway.Configuration.Tls;

/// <summary>Whom Sentinel trusts to be a backend, and as whom it presents itself to it.</summary>
internal sealed class BackendTls
{
    /// <summary>Authorities that the backend's certificate must come from; null: the system's.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    public CertificateWithKey? ClientCertificate { get; init; }

    /// <summary>Equal for two that connections need not be made anew for.</summary>
    public string Identity => string.Join(
        ' ',
        (Authorities ?? []).Select(authority => authority.Thumbprint)
            .Append("-")
            .Append(ClientCertificate?.Leaf.Thumbprint)
            .Concat(ClientCertificate?.Intermediates.Select(certificate => certificate.Thumbprint) ?? []));

    /// <summary>A client for what Sentinel asks a backend itself; plain where there is nothing to apply.</summary>
    public static HttpClient CreateClient(BackendTls? tls)
    {
        var handler = new SocketsHttpHandler();
        tls?.Apply(handler.SslOptions);
        return new HttpClient(handler);
    }

    public void Apply(SslClientAuthenticationOptions options)
    {
        if (Authorities is not null)
        {
            // As without one: an authority of one's own rarely says where its revocations are.
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            policy.CustomTrustStore.AddRange(Authorities);
            options.CertificateChainPolicy = policy;
        }

        if (ClientCertificate is not null)
        {
            options.ClientCertificateContext = ClientCertificate.Context;
        }
    }
}
