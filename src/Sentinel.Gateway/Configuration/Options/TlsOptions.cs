using System.ComponentModel;

namespace Sentinel.Gateway.Configuration;

/// <summary>The certificate of https listeners, PEM, from files or from the environment.</summary>
internal sealed record TlsOptions
{
    [Description("File with the certificate and the intermediates after it, PEM. It is read again when it changes. "
        + "One of this and CertificateEnv is required.")]
    public string? CertificatePath { get; init; }

    [Description("File with its private key, PEM, unencrypted. Absent, as KeyEnv: the key is in the certificate's "
        + "file.")]
    public string? KeyPath { get; init; }

    [Description("Name of the environment variable that holds the certificate, in place of CertificatePath.")]
    public string? CertificateEnv { get; init; }

    [Description("Name of the environment variable that holds the key, in place of KeyPath.")]
    public string? KeyEnv { get; init; }
}
