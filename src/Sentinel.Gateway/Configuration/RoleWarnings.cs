using Sentinel.Gateway.Configuration.Json;

namespace Sentinel.Gateway.Configuration;

/// <summary>Finds roles that nobody can have: no faults, because a key may be added later.</summary>
internal static class RoleWarnings
{
    public static IEnumerable<string> Find(SentinelOptions options, FaultCollector faults)
    {
        var anonymous = options.Authentication!.Anonymous?.Roles ?? [];
        return options.Rbac.Roles.Keys
            .Where(role => !anonymous.Contains(role, StringComparer.Ordinal) && !IsGiven(options, role))
            .Select(role => new ConfigurationFault(
                faults.PlaceOf(JsonPath.Member("$.Sentinel.Rbac.Roles", role)),
                $"nobody has the role '{role}': no API key, not Anonymous, and no issuer's token").ToString());
    }

    /// <summary>Whether an API key or a token can give the role.</summary>
    public static bool IsGiven(SentinelOptions options, string role)
    {
        var authentication = options.Authentication!;

        // Whoever takes roles from tokens as they stand may meet any.
        return authentication.AzureAd is not null
            || authentication.Issuers.Any(issuer => issuer.RoleClaims.Count > 0)
            || authentication.ApiKeys.Any(key => key.Roles.Contains(role, StringComparer.Ordinal))
            || (authentication.Issuers.Count > 0
                && authentication.RoleMap.Values.Contains(role, StringComparer.Ordinal));
    }
}
