using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Sentinel.Gateway.Authentication;

/// <summary>
/// Fetches what an issuer publishes: once a document, bounded in time and size, following no redirect.
/// </summary>
internal sealed class MetadataReader : IDisposable
{
    /// <summary>For both documents together.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private const int DocumentBytesMax = 1024 * 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        MaxResponseContentBufferSize = DocumentBytesMax,
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
    };

    /// <summary>The discovery document and the keys it points at.</summary>
    /// <exception cref="Exception">It cannot be had; which exception depends on what went wrong.</exception>
    public async Task<KeySet> ReadAsync(MetadataSource source)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        var document = await OpenIdConnectConfigurationRetriever.GetAsync(
            source.Address, new Documents(_http, source.RequiresHttps), timeout.Token);
        if (string.IsNullOrEmpty(document.Issuer) || !IsExpected(source.Issuer, document.Issuer))
        {
            throw new InvalidDataException(
                $"the document names the issuer '{document.Issuer}', not '{source.Issuer}'; "
                + "write Authority as the issuer spells it");
        }

        var keys = new KeySet(document);
        return keys.Count > 0
            ? keys
            : throw new InvalidDataException("the issuer publishes no key that signs with RSA of 2048 bits or a curve");
    }

    public void Dispose() => _http.Dispose();

    private static bool IsExpected(string? expected, string named) =>
        expected is null || string.Equals(expected.TrimEnd('/'), named.TrimEnd('/'), StringComparison.Ordinal);

    private sealed class Documents(HttpClient http, bool requiresHttps) : IDocumentRetriever
    {
        public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
        {
            var url = new Uri(address);
            if (requiresHttps && url.Scheme != Uri.UriSchemeHttps)
            {
                throw new InvalidDataException($"{url.GetLeftPart(UriPartial.Path)} is not https");
            }

            using var response = await http.GetAsync(url, cancel);
            return response.IsSuccessStatusCode
                ? await response.Content.ReadAsStringAsync(cancel)
                : throw new HttpRequestException(
                    $"{url.GetLeftPart(UriPartial.Path)} answered {(int)response.StatusCode}");
        }
    }
}
