using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authentication;

/// <summary>Whom a token was issued for.</summary>
internal static class Audience
{
    /// <summary>Whether one of the token's audiences is wanted; exact but for one slash at the end.</summary>
    public static bool Matches(TokenClaims claims, IReadOnlyList<string> wanted) =>
        claims.Texts("aud").Any(stated => wanted.Any(one => AreEqual(stated, one)));

    public static TokenVerdict Refused(TokenClaims claims, IReadOnlyList<string> wanted) => TokenVerdict.Refused(
        LoginFailure.WrongAudience,
        $"aud '{string.Join(' ', claims.Texts("aud"))}', wanted {string.Join(" or ", wanted)}");

    // Clients write the root of a host with the slash and without.
    private static bool AreEqual(string stated, string wanted) =>
        stated.Length > 0 && WithoutSlash(stated).SequenceEqual(WithoutSlash(wanted));

    private static ReadOnlySpan<char> WithoutSlash(string text) =>
        text.EndsWith('/') ? text.AsSpan(0, text.Length - 1) : text;
}
