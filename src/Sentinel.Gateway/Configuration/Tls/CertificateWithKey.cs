using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sentinel.Gateway.Configuration.Tls;

/// <summary>A certificate, its key and its intermediates, as the TLS library wants them.</summary>
internal sealed class CertificateWithKey
{
    private CertificateWithKey(
        X509Certificate2 leaf,
        X509Certificate2Collection intermediates,
        SslStreamCertificateContext context)
    {
        Leaf = leaf;
        Intermediates = intermediates;
        Context = context;
    }

    public X509Certificate2 Leaf { get; }

    /// <summary>What stands after it, in that order.</summary>
    public X509Certificate2Collection Intermediates { get; }

    /// <summary>Sends the intermediates too; fetches nothing from anywhere.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <param name="certificate">PEM: the certificate, then its intermediates.</param>
    /// <param name="key">PEM: the key; null where it stands with the certificate.</param>
    /// <exception cref="FormatException">They are no certificate and its key; the message says what to do.</exception>
    public static CertificateWithKey Parse(string certificate, string? key)
    {
        var keyText = key ?? certificate;
        if (keyText.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new FormatException(
                "the key is encrypted, and nobody is there to type its password; write it unencrypted (openssl pkey)");
        }

        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificate);
            var leaf = X509Certificate2.CreateFromPem(certificate, keyText);
            chain.RemoveAt(0);
            return new CertificateWithKey(
                leaf, chain, SslStreamCertificateContext.Create(leaf, chain, offline: true));
        }
        // Of the first an ArgumentException, and of others' keys an ArgumentException of CopyWithPrivateKey.
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new FormatException(
                $"this is no certificate with its own key ({e.Message.TrimEnd('.')}); write the certificate, its "
                    + "intermediates after it, and the key that belongs to it, in PEM",
                e);
        }
    }
}
