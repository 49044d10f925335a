namespace Sentinel.Gateway.Configuration;

/// <summary>The authorities that an <c>AzureAd</c> section stands for.</summary>
/// <param name="Host">The sign-in host, with its port where it is written.</param>
/// <param name="Tenant">The tenant's id or domain, or organizations or common.</param>
/// <param name="Authority">Of version 2 tokens, ending in <c>/v2.0</c>.</param>
/// <param name="OldAuthority">Of version 1 tokens.</param>
internal sealed record EntraAddress(string Host, string Tenant, string Authority, string OldAuthority)
{
    private const string VersionSuffix = "/v2.0";

    /// <summary>From <c>Authority</c>, or from <c>Instance</c> and <c>TenantId</c> where there is none.</summary>
    /// <exception cref="UriFormatException">What the section says is no URL.</exception>
    public static EntraAddress Of(AzureAdOptions entra)
    {
        var text = string.IsNullOrWhiteSpace(entra.Authority)
            ? $"{entra.Instance.TrimEnd('/')}/{entra.TenantId}"
            : entra.Authority.Trim().TrimEnd('/');
        var authority = text.EndsWith("v2.0", StringComparison.Ordinal) ? text : text + VersionSuffix;
        var root = authority[..^VersionSuffix.Length];
        var slash = root.LastIndexOf('/');

        // Version 1 knows no organizations.
        var tenant = root[(slash + 1)..];
        var old = tenant == "organizations" ? $"{root[..slash]}/common" : root;
        return new EntraAddress(new Uri(authority).Authority, tenant, authority, old);
    }
}
