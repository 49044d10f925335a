using Sentinel.Gateway.Configuration.Json;

namespace Sentinel.Gateway.Configuration;

/// <summary>What Microsoft.Identity.Web finds out at the first request, found out at start.</summary>
internal static class AzureAdChecks
{
    private const string Path = "$.Sentinel.Authentication.AzureAd";

    public static void Run(AuthenticationOptions? authentication, FaultCollector faults)
    {
        if (authentication?.AzureAd is not { } entra || faults.HasWithin(Path))
        {
            return;
        }

        CheckAuthority(entra, faults);
        CheckTenants(entra, faults);
        IssuerChecks.CheckTexts(
            Path + ".TokenValidationParameters",
            nameof(TokenValidationOptions.ValidAudiences),
            entra.TokenValidationParameters.ValidAudiences,
            faults);
        IssuerChecks.CheckTexts(
            Path + ".TokenValidationParameters",
            nameof(TokenValidationOptions.ValidIssuers),
            entra.TokenValidationParameters.ValidIssuers,
            faults);
    }

    /// <summary>What is valid and lets in more than one would think.</summary>
    public static IEnumerable<string> Warnings(AuthenticationOptions? authentication, FaultCollector faults)
    {
        if (authentication?.AzureAd is { AllowedTenants.Count: 0 } entra && !IsOneTenant(EntraAddress.Of(entra).Tenant))
        {
            yield return new ConfigurationFault(
                faults.PlaceOf(Path),
                "users of every Entra ID tenant in the world are callers; write AllowedTenants to restrict them")
                .ToString();
        }
    }

    private static void CheckAuthority(AzureAdOptions entra, FaultCollector faults)
    {
        if (string.IsNullOrWhiteSpace(entra.Authority) && string.IsNullOrWhiteSpace(entra.TenantId))
        {
            faults.Add(Path, "the key TenantId is missing; write the tenant's id, its domain, organizations or common");
            return;
        }

        var key = string.IsNullOrWhiteSpace(entra.Authority) ? nameof(entra.Instance) : nameof(entra.Authority);
        var url = string.IsNullOrWhiteSpace(entra.Authority) ? entra.Instance : entra.Authority;
        IssuerChecks.CheckUrl(Path, key, url, entra.RequireHttpsMetadata, faults);
        if (Uri.TryCreate(url, UriKind.Absolute, out var parsed) && IsOtherProduct(parsed.Host))
        {
            faults.Add(
                JsonPath.Member(Path, key),
                "Azure AD B2C and Entra External ID name their tokens' issuer otherwise; write an entry of Issuers "
                    + "with the issuer that their discovery document names");
        }

        // Instance/Tenant/v2.0: without the tenant there is nothing to append the version to.
        else if (key == nameof(entra.Authority) && parsed?.Segments.Length < 2)
        {
            faults.Add(JsonPath.Member(Path, key), "the tenant is missing; write https://HOST/TENANT/v2.0");
        }
    }

    private static void CheckTenants(AzureAdOptions entra, FaultCollector faults)
    {
        for (var i = 0; i < entra.AllowedTenants.Count; i++)
        {
            if (!Guid.TryParseExact(entra.AllowedTenants[i], "D", out _))
            {
                faults.Add(
                    JsonPath.Item(JsonPath.Member(Path, nameof(entra.AllowedTenants)), i),
                    $"'{entra.AllowedTenants[i]}' is no tenant id, which is what tokens name; write the id, "
                        + "as in 00000000-0000-0000-0000-000000000000");
            }
        }

        if (entra.AllowedTenants.Count > 0 && Guid.TryParse(entra.TenantId, out _)
            && !entra.AllowedTenants.Contains(entra.TenantId, StringComparer.OrdinalIgnoreCase))
        {
            faults.Add(
                JsonPath.Member(Path, nameof(entra.AllowedTenants)),
                "the one tenant of TenantId is not allowed, so that nobody is; add it, or write "
                    + "TenantId: organizations");
        }
    }

    private static bool IsOneTenant(string tenant) => tenant is not ("organizations" or "common" or "consumers");

    private static bool IsOtherProduct(string host) =>
        host.EndsWith(".b2clogin.com", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".ciamlogin.com", StringComparison.OrdinalIgnoreCase);
}
