using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authentication;

/// <summary>Any OpenID Connect issuer: its own name in <c>iss</c>, one of our audiences, all the scopes.</summary>
internal sealed class OidcIssuer(
    IssuerOptions options,
    IssuerKeys keys,
    CallerReader callers,
    TimeProvider time)
    : ITokenIssuer
{
    private readonly SignedToken _signed = new(keys, TimeSpan.FromSeconds(options.ClockSkewSeconds), time);
    private readonly ClaimNames _names = new(options.SubjectClaims, options.RoleClaims, options.GroupClaims);
    private readonly string _authority = options.Authority.TrimEnd('/');

    // Some issuers end their name with a slash; which ones do, their own document says later.
    public bool Issues(string issuer, TokenClaims unverified) =>
        issuer.AsSpan().TrimEnd('/').SequenceEqual(_authority);

    public async Task<TokenVerdict> ValidateAsync(string token, TokenHeader header, TokenClaims claims)
    {
        var signature = await _signed.CheckAsync(token, header, claims);
        if (signature.Refused is { } refused)
        {
            return refused;
        }

        var issuer = claims.Text("iss")!;
        if (!string.Equals(issuer, signature.Keys!.Issuer, StringComparison.Ordinal))
        {
            return TokenVerdict.Refused(
                LoginFailure.WrongIssuer, $"iss '{issuer}', published '{signature.Keys.Issuer}'");
        }

        if (!Audience.Matches(claims, options.Audiences))
        {
            return Audience.Refused(claims, options.Audiences);
        }

        // An ID token speaks of a login to its client; it is nobody's permission to call.
        if (claims.Has("at_hash") || claims.Text("typ") is "ID" or "Refresh" or "Offline" or "Logout")
        {
            return TokenVerdict.Refused(LoginFailure.Type, "this is no access token");
        }

        var missing = options.Scopes.Except(claims.Scopes(), StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
        {
            return TokenVerdict.Refused(LoginFailure.Scope, $"without {string.Join(' ', missing)}");
        }

        return callers.Read(claims, issuer, _names) is { } caller
            ? TokenVerdict.Admitted(caller, signature.ExpiresAt, _signed.AreCurrent(signature.Keys))
            : TokenVerdict.Refused(LoginFailure.Subject, string.Join(", ", options.SubjectClaims));
    }
}
