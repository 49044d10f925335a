namespace Sentinel.Gateway.Authentication;

/// <summary>Somebody whose tokens are taken. Behind this stand any OpenID Connect issuer, and Entra ID.</summary>
internal interface ITokenIssuer
{
    /// <summary>
    /// Whether such a token is this one's to judge, by what it says of itself and without any network.
    /// </summary>
    /// <param name="issuer">The token's <c>iss</c>.</param>
    /// <param name="unverified">The rest of what it says.</param>
    bool Issues(string issuer, TokenClaims unverified);

    /// <summary>Judges one token in full.</summary>
    Task<TokenVerdict> ValidateAsync(string token, TokenHeader header, TokenClaims claims);
}
