using Sentinel.Gateway.Configuration.Json;

namespace Sentinel.Gateway.Configuration;

/// <summary>Finds roles that nobody can have: no faults, because a key may be added later.</summary>
internal static class RoleWarnings
{
    public static IEnumerable<string> Find(SentinelOptions options, FaultCollector faults)
    {
        var authentication = options.Authentication!;

        // Whoever takes roles from tokens as they stand may meet any.
        if (authentication.AzureAd is not null || authentication.Issuers.Any(issuer => issuer.RoleClaims.Count > 0))
        {
            yield break;
        }

        var given = authentication.ApiKeys.SelectMany(key => key.Roles)
            .Concat(authentication.Anonymous?.Roles ?? [])
            .Concat(authentication.Issuers.Count > 0 ? authentication.RoleMap.Values : [])
            .ToHashSet(StringComparer.Ordinal);
        foreach (var role in options.Rbac.Roles.Keys.Where(role => !given.Contains(role)))
        {
            yield return new ConfigurationFault(
                faults.PlaceOf(JsonPath.Member("$.Sentinel.Rbac.Roles", role)),
                $"nobody has the role '{role}': no API key, not Anonymous, and no issuer's token").ToString();
        }
    }
}
