using Sentinel.Gateway.Configuration.Json;

namespace Sentinel.Gateway.Configuration;

/// <summary>Rules between the keys of <c>Issuers</c>, and for <c>RoleMap</c>.</summary>
internal static class IssuerChecks
{
    private const string Authentication = "$.Sentinel.Authentication";
    private const string Issuers = Authentication + ".Issuers";
    private const string RoleMap = Authentication + ".RoleMap";

    public static void Run(SentinelOptions options, FaultCollector faults)
    {
        if (options.Authentication is not { } authentication)
        {
            return;
        }

        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < authentication.Issuers.Count; i++)
        {
            var path = JsonPath.Item(Issuers, i);
            var issuer = authentication.Issuers[i];
            if (!faults.HasWithin(path))
            {
                CheckIssuer(issuer, path, faults);
            }

            // The token's issuer alone decides who judges it.
            var name = issuer.Authority.TrimEnd('/');
            if (name.Length > 0 && !first.TryAdd(name, i))
            {
                faults.Add(
                    JsonPath.Member(path, nameof(IssuerOptions.Authority)),
                    $"this is the issuer of {JsonPath.Item(nameof(Issuers), first[name])}; write one entry for both");
            }
        }

        CheckRoleMap(authentication.RoleMap, options, faults);
    }

    /// <summary>An URL that is used as it stands, over https unless that was waived.</summary>
    public static void CheckUrl(string path, string key, string? url, bool requiresHttps, FaultCollector faults)
    {
        if (url is null || faults.HasAt(JsonPath.Member(path, key)))
        {
            return;
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed))
        {
            faults.Add(JsonPath.Member(path, key), $"{FaultText.Show(key, url)} is no URL; write one with its host");
        }
        else if (requiresHttps && parsed.Scheme != Uri.UriSchemeHttps)
        {
            faults.Add(
                JsonPath.Member(path, key),
                "this is not https, so that anybody on the way could put in keys of his own; write https, or "
                    + "RequireHttpsMetadata: false for tests on one machine");
        }
    }

    private static void CheckIssuer(IssuerOptions issuer, string path, FaultCollector faults)
    {
        CheckUrl(path, nameof(issuer.Authority), issuer.Authority, issuer.RequireHttpsMetadata, faults);
        CheckUrl(path, nameof(issuer.MetadataAddress), issuer.MetadataAddress, issuer.RequireHttpsMetadata, faults);
        if (issuer.Audiences.Count == 0)
        {
            faults.Add(
                path,
                "the key Audiences is missing or empty, so that a token for anything would do; write what the issuer "
                    + "puts into aud for this gateway: the URL that clients call, for example "
                    + "[\"https://mcp.example.com/github/mcp\"]");
        }

        if (issuer.SubjectClaims.Count == 0)
        {
            faults.Add(
                JsonPath.Member(path, nameof(issuer.SubjectClaims)), "nobody would have a subject; write [\"sub\"]");
        }

        CheckTexts(path, nameof(issuer.Audiences), issuer.Audiences, faults);
        CheckTexts(path, nameof(issuer.Scopes), issuer.Scopes, faults);
        CheckTexts(path, nameof(issuer.SubjectClaims), issuer.SubjectClaims, faults);
        CheckTexts(path, nameof(issuer.RoleClaims), issuer.RoleClaims, faults);
        CheckTexts(path, nameof(issuer.GroupClaims), issuer.GroupClaims, faults);
    }

    /// <summary>No text of a list is empty or holds a space: none of these lists could mean it.</summary>
    public static void CheckTexts(string path, string key, IReadOnlyList<string> texts, FaultCollector faults)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            if (texts[i].Length == 0 || texts[i].Any(char.IsWhiteSpace))
            {
                faults.Add(
                    JsonPath.Item(JsonPath.Member(path, key), i),
                    "this is empty or holds a space; write one value, and further ones as items of their own");
            }
        }
    }

    private static void CheckRoleMap(
        IReadOnlyDictionary<string, string> roleMap,
        SentinelOptions options,
        FaultCollector faults)
    {
        if (faults.HasAt("$.Sentinel.Rbac") || faults.HasAt("$.Sentinel.Rbac.Roles"))
        {
            return;
        }

        foreach (var (value, role) in roleMap)
        {
            if (!options.Rbac.Roles.ContainsKey(role))
            {
                faults.Add(
                    JsonPath.Member(RoleMap, value),
                    $"the role '{role}' does not exist in Rbac.Roles; define it, or write one that is");
            }
        }
    }
}
