using System.Net.Security;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Hosting;

/// <summary>What each TLS handshake is answered with: the certificate in force at that moment.</summary>
/// <remarks>
/// Kestrel's selector of certificates would do for a single one; this also sends the intermediates that were read
/// with it.
/// </remarks>
internal static class TlsHandshakes
{
    public static TlsHandshakeCallbackOptions Options(ConfigurationSource configuration)
    {
        var server = new PerSnapshot<SslServerAuthenticationOptions>(snapshot => new SslServerAuthenticationOptions
        {
            // Where a reload takes the section out, what listeners began with still serves them.
            ServerCertificateContext =
                (snapshot.ServerCertificate ?? configuration.AtStart.ServerCertificate)!.Context,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        });
        return new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(server.Of(configuration.Current)),
        };
    }
}
