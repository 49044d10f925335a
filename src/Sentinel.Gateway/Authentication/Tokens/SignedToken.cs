using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authentication;

/// <summary>The part that every issuer shares: lifetime, the key, the signature.</summary>
/// <param name="keys">The issuer's keys.</param>
/// <param name="skew">How far its clock may be from ours.</param>
/// <param name="time">Our clock.</param>
internal sealed class SignedToken(IssuerKeys keys, TimeSpan skew, TimeProvider time)
{
    private static readonly JsonWebTokenHandler Handler = new()
    {
        MaximumTokenSizeInBytes = TokenHeader.TokenCharsMax,
        MapInboundClaims = false,
    };

    /// <summary>Who signed, under which keys; or the verdict.</summary>
    public async Task<SignatureResult> CheckAsync(string token, TokenHeader header, TokenClaims claims)
    {
        if (JudgeTime(claims, out var expiresAt) is { } untimely)
        {
            return new(untimely);
        }

        if (await keys.GetAsync() is not { } known)
        {
            return new(TokenVerdict.Refused(LoginFailure.IssuerUnavailable, keys.Source.Address));
        }

        var candidates = known.Find(header.Algorithm, header.KeyId);
        if (candidates.Count == 0)
        {
            // The issuer may have begun to sign with a new key since: this call waits for it.
            await keys.RefreshAsync();
            known = keys.Current!;
            candidates = known.Find(header.Algorithm, header.KeyId);
        }

        if (candidates.Count == 0)
        {
            var detail = $"no key '{header.KeyId}' for {header.Algorithm} at {keys.Source.Address}";
            return new(TokenVerdict.Refused(LoginFailure.KeyUnknown, detail));
        }

        foreach (var candidate in candidates)
        {
            switch (await ValidateAsync(token, candidate))
            {
                case null:
                    return new(null, candidate, known, expiresAt);
                case not SecurityTokenInvalidSignatureException and var unreadable:
                    return new(TokenVerdict.Refused(LoginFailure.Malformed, unreadable.GetType().Name));
            }
        }

        return new(TokenVerdict.Refused(LoginFailure.BadSignature, $"kid '{header.KeyId}'"));
    }

    /// <summary>What keeps a verdict: whether the issuer's keys are still these.</summary>
    public Func<bool> AreCurrent(KeySet known) => () => ReferenceEquals(keys.Current, known);

    // Only the signature is asked of the handler: what the claims must say differs by issuer, and is said in values.
    private static async Task<Exception?> ValidateAsync(string token, JsonWebKey key)
    {
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = key,
            ValidAlgorithms = TokenHeader.Algorithms,
            RequireSignedTokens = true,
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return result.IsValid ? null : result.Exception;
    }

    private TokenVerdict? JudgeTime(TokenClaims claims, out DateTimeOffset expiresAt)
    {
        expiresAt = default;
        if (claims.Seconds("exp") is not { } expiry)
        {
            return TokenVerdict.Refused(LoginFailure.NoExpiry);
        }

        var now = time.GetUtcNow();
        expiresAt = At(expiry);
        if (now - expiresAt > skew)
        {
            return TokenVerdict.Refused(LoginFailure.Expired, $"at {expiresAt:u}");
        }

        if (!claims.Has("nbf"))
        {
            return null;
        }

        if (claims.Seconds("nbf") is not { } start || At(start) > expiresAt)
        {
            return TokenVerdict.Refused(LoginFailure.Malformed, "nbf");
        }

        return At(start) - now > skew
            ? TokenVerdict.Refused(LoginFailure.NotYetValid, $"until {At(start):u}")
            : null;
    }

    private static DateTimeOffset At(double seconds) => DateTimeOffset.FromUnixTimeMilliseconds(
        (long)Math.Clamp(seconds * 1000, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}

/// <summary>A signature that holds, or the verdict that ends the matter.</summary>
internal sealed record SignatureResult(
    TokenVerdict? Refused,
    JsonWebKey? Key = null,
    KeySet? Keys = null,
    DateTimeOffset ExpiresAt = default);
