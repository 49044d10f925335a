using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Authentication;

/// <summary>Where an issuer publishes its keys, and how often they may be fetched.</summary>
/// <param name="Issuer">The identifier that the document must name; null where any will do.</param>
/// <param name="Address">The discovery document's URL.</param>
/// <param name="RequiresHttps">Whether plain http is refused, for the keys too.</param>
/// <param name="RefreshInterval">After this long the keys are fetched anew.</param>
/// <param name="RefreshGap">Between two fetches lies at least this long.</param>
internal sealed record MetadataSource(
    string? Issuer,
    string Address,
    bool RequiresHttps,
    TimeSpan RefreshInterval,
    TimeSpan RefreshGap)
{
    private const string DiscoveryPath = "/.well-known/openid-configuration";

    public static MetadataSource Of(IssuerOptions issuer) => new(
        issuer.Authority,
        issuer.MetadataAddress ?? issuer.Authority.TrimEnd('/') + DiscoveryPath,
        issuer.RequireHttpsMetadata,
        TimeSpan.FromSeconds(issuer.RefreshSeconds),
        TimeSpan.FromSeconds(issuer.RefreshGapSeconds));

    /// <summary>Of Entra ID's tokens of version 2, which has the keys for both.</summary>
    public static MetadataSource Of(AzureAdOptions entra) => Of(entra, EntraAddress.Of(entra).Authority);

    /// <summary>Of Entra ID's tokens of version 1.</summary>
    public static MetadataSource OldOf(AzureAdOptions entra) => Of(entra, EntraAddress.Of(entra).OldAuthority);

    private static MetadataSource Of(AzureAdOptions entra, string authority) => new(
        null,
        authority + DiscoveryPath,
        entra.RequireHttpsMetadata,
        TimeSpan.FromSeconds(entra.RefreshSeconds),
        TimeSpan.FromSeconds(entra.RefreshGapSeconds));
}
