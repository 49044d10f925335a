using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Hosting;

/// <summary>
/// Where Sentinel listens: traffic and management are told apart by the connection, never by a header.
/// </summary>
internal static class Listeners
{
    /// <summary>Connections to the management listener at once; beyond them the newest is closed.</summary>
    public const int ManagementConnectionsMax = 256;

    /// <summary>Splits <c>--urls</c>; several are parted by a semicolon.</summary>
    /// <exception cref="FormatException">One of them is none that can be listened on.</exception>
    public static IReadOnlyList<BindingAddress> Parse(string urls)
    {
        var parts = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length > 0
            ? [.. parts.Select(ParseOne)]
            : throw new FormatException("There is no address to listen on; write --urls http://ADDRESS:PORT.");
    }

    public static void Listen(
        KestrelServerOptions kestrel,
        BindingAddress address,
        ConfigurationSource configuration,
        bool isManagement)
    {
        void Configure(ListenOptions options)
        {
            options.Protocols = IsCleartextHttp2(address) ? HttpProtocols.Http2 : HttpProtocols.Http1;
            if (IsTls(address))
            {
                options.Protocols = HttpProtocols.Http1AndHttp2;
                options.UseHttps(TlsHandshakes.Options(configuration));
            }

            if (isManagement)
            {
                options.Use(LimitConnections());
                options.Use(next => connection =>
                {
                    connection.Features.Set(ManagementListener.Mark);
                    return next(connection);
                });
            }
        }

        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
        {
            kestrel.Listen(ip, address.Port, Configure);
        }
        else if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) && address.Port != 0)
        {
            kestrel.ListenLocalhost(address.Port, Configure);
        }
        else
        {
            // What is neither an address nor localhost means every address, as everywhere in ASP.NET Core.
            kestrel.ListenAnyIP(address.Port, Configure);
        }
    }

    /// <summary>Sees to it that every https address has a certificate.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static void CheckCertificate(IEnumerable<BindingAddress> addresses, ConfigurationSource configuration)
    {
        if (configuration.Current.ServerCertificate is null && addresses.FirstOrDefault(IsTls) is { } address)
        {
            throw new FormatException(
                $"'{address}' cannot be listened on: there is no certificate; write Sentinel.Tls.CertificatePath and "
                + "KeyPath in proxy.json.");
        }
    }

    /// <summary>Whether the request came in by the management listener.</summary>
    public static bool IsManagement(HttpContext context) => context.Features[typeof(ManagementListener)] is not null;

    private static BindingAddress ParseOne(string url)
    {
        var address = BindingAddress.Parse(url);
        if (address.Port > IPEndPoint.MaxPort)
        {
            throw new FormatException($"'{url}' cannot be listened on: ports end at {IPEndPoint.MaxPort}.");
        }

        var isHttp = address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase)
            || IsTls(address)
            || IsCleartextHttp2(address);
        return isHttp && !address.IsUnixPipe
            ? address
            : throw new FormatException(
                $"'{url}' cannot be listened on; write http://ADDRESS:PORT, https://ADDRESS:PORT, "
                + "or h2c://ADDRESS:PORT for HTTP/2 without TLS.");
    }

    // Of connections only the number is known yet; the newest goes, so that who is there can go on.
    private static Func<ConnectionDelegate, ConnectionDelegate> LimitConnections()
    {
        var open = 0;
        return next => async connection =>
        {
            try
            {
                if (Interlocked.Increment(ref open) > ManagementConnectionsMax)
                {
                    connection.Abort(new ConnectionAbortedException("There are as many connections as there may be."));
                    return;
                }

                await next(connection);
            }
            finally
            {
                Interlocked.Decrement(ref open);
            }
        };
    }

    private static bool IsTls(BindingAddress address) =>
        address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);

    // Without TLS nothing is negotiated: a listener speaks one version, and clients have to know which.
    private static bool IsCleartextHttp2(BindingAddress address) =>
        address.Scheme.Equals("h2c", StringComparison.OrdinalIgnoreCase);

    private sealed class ManagementListener
    {
        public static readonly ManagementListener Mark = new();
    }
}
