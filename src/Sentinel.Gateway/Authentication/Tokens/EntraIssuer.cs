using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authentication;

/// <summary>
/// Entra ID, judged as Microsoft.Identity.Web judges a web API's tokens, and a list of tenants besides.
/// </summary>
/// <remarks>The seam: where that package can be had, one class in this one's place is all that changes.</remarks>
internal sealed class EntraIssuer(
    AzureAdOptions options,
    IssuerKeys keys,
    IssuerKeys oldKeys,
    CallerReader callers,
    TimeProvider time)
    : ITokenIssuer
{
    private const string Placeholder = "{tenantid}";

    // Where version 1 tokens, and version 2 tokens of other names for the same cloud, say they come from.
    private static readonly string[] KnownHosts =
    [
        "sts.windows.net", "sts.chinacloudapi.cn", "login.microsoftonline.com", "login.microsoftonline.us",
        "login.partner.microsoftonline.cn",
    ];

    // The object's id is the same for every application of the tenant; sub is another for each.
    private static readonly ClaimNames Names = new(["oid", "sub"], ["roles"], ["groups"]);

    private readonly SignedToken _signed = new(keys, TimeSpan.FromSeconds(options.ClockSkewSeconds), time);
    private readonly string _host = EntraAddress.Of(options).Host;
    private readonly string[] _scopes = options.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public bool Issues(string issuer, TokenClaims unverified) =>
        Matches(options.TokenValidationParameters.ValidIssuers, issuer, unverified.Text("tid"))
        || (Uri.TryCreate(issuer, UriKind.Absolute, out var url)
            && (string.Equals(url.Authority, _host, StringComparison.OrdinalIgnoreCase)
                || KnownHosts.Contains(url.Authority, StringComparer.OrdinalIgnoreCase)));

    public async Task<TokenVerdict> ValidateAsync(string token, TokenHeader header, TokenClaims claims)
    {
        var signature = await _signed.CheckAsync(token, header, claims);
        if (signature.Refused is { } refused)
        {
            return refused;
        }

        var issuer = claims.Text("iss")!;
        var tenant = claims.Text("tid");
        if (await JudgeTenantAsync(issuer, tenant, signature) is { } foreign)
        {
            return foreign;
        }

        var audiences = Audiences(claims.Text("ver"));
        if (!Audience.Matches(claims, audiences))
        {
            return Audience.Refused(claims, audiences);
        }

        if (JudgePermission(claims) is { } without)
        {
            return without;
        }

        return callers.Read(claims, issuer, Names, tenant) is { } caller
            ? TokenVerdict.Admitted(caller, signature.ExpiresAt, _signed.AreCurrent(signature.Keys!))
            : TokenVerdict.Refused(LoginFailure.Subject, "oid, sub");
    }

    private async ValueTask<TokenVerdict?> JudgeTenantAsync(string issuer, string? tenant, SignatureResult signature)
    {
        // The tenant stands in the token twice: without this a document of one tenant would vouch for any tid.
        if (string.IsNullOrEmpty(tenant) || !issuer.Split('/').Contains(tenant, StringComparer.Ordinal))
        {
            return TokenVerdict.Refused(LoginFailure.Tenant, $"iss '{issuer}', tid '{tenant}'");
        }

        if (options.AllowedTenants.Count > 0
            && !options.AllowedTenants.Contains(tenant, StringComparer.OrdinalIgnoreCase))
        {
            return TokenVerdict.Refused(LoginFailure.Tenant, $"tid '{tenant}' is not in AllowedTenants");
        }

        if (!Matches(options.TokenValidationParameters.ValidIssuers, issuer, tenant))
        {
            var published = issuer.TrimEnd('/').EndsWith("/v2.0", StringComparison.Ordinal)
                ? signature.Keys
                : await oldKeys.GetAsync();
            if (published is null)
            {
                return TokenVerdict.Refused(LoginFailure.IssuerUnavailable, oldKeys.Source.Address);
            }

            if (Fill(published.Issuer, tenant) != issuer)
            {
                return TokenVerdict.Refused(
                    LoginFailure.Tenant, $"iss '{issuer}', tid '{tenant}', published '{published.Issuer}'");
            }
        }

        // A key may be one tenant's own, though the document lists it beside those of all.
        var owner = KeySet.IssuerOf(signature.Key!);
        return string.IsNullOrWhiteSpace(owner)
            || Fill(owner, tenant) == issuer || Fill(owner, tenant) == Fill(signature.Keys!.Issuer, tenant)
                ? null
                : TokenVerdict.Refused(LoginFailure.WrongIssuer, $"the key is of '{owner}'");
    }

    private IReadOnlyList<string> Audiences(string? version)
    {
        if (options.TokenValidationParameters.ValidAudiences is { Count: > 0 } valid)
        {
            return options.Audience is { Length: > 0 } also ? [also, .. valid] : valid;
        }

        return (options.Audience, version) switch
        {
            ({ Length: > 0 } audience, _) => [audience],
            (_, "2.0") => [options.ClientId],
            (_, "1.0") => [$"api://{options.ClientId}"],
            _ => [],
        };
    }

    private TokenVerdict? JudgePermission(TokenClaims claims)
    {
        var isDelegated = claims.Texts("scp").Any();
        if (!isDelegated && !claims.Texts("roles").Any() && !options.AllowWebApiToBeAuthorizedByACL)
        {
            return TokenVerdict.Refused(LoginFailure.NoPermission, "neither scp nor roles");
        }

        return isDelegated && _scopes.Length > 0 && !claims.Scopes().Intersect(_scopes, StringComparer.Ordinal).Any()
            ? TokenVerdict.Refused(LoginFailure.Scope, $"without any of {options.Scopes}")
            : null;
    }

    private static bool Matches(IReadOnlyList<string> templates, string issuer, string? tenant) =>
        templates.Any(template => Fill(template, tenant ?? "") == issuer);

    private static string Fill(string template, string tenant) =>
        template.Replace(Placeholder, tenant, StringComparison.Ordinal);
}
