using System.Text.Json.Nodes;
using Sentinel.Tests.Shared.Identity;

namespace Sentinel.Gateway.Tests.Authentication;

/// <summary>One request by its header lines, and the path it is sent to.</summary>
internal sealed record TokenCase(string Name, Func<TokenWorld, string[]> Headers, string Target = "/a/mcp")
{
    public static TokenCase Bearer(string name, Func<TokenWorld, object> token) =>
        new(name, world => [$"Authorization: Bearer {token(world)}"]);
}

/// <summary>Requests whose credential is good, each in another way.</summary>
internal static class TokenCases
{
    private static readonly TimeSpan WithinSkew = TimeSpan.FromSeconds(30);

    public static IEnumerable<TokenCase> Good() =>
    [
        TokenCase.Bearer("RS256", w => w.Token()),
        TokenCase.Bearer("RS512", w => w.Token().WithHeader("alg", "RS512")),
        TokenCase.Bearer("PS256 by the same key", w => w.Token().WithHeader("alg", "PS256")),
        TokenCase.Bearer("ES256 of the second issuer", w => w.CurveToken()),
        TokenCase.Bearer("ES384", w => Other(w.CurveToken(), w.MoreCurves[0]).WithHeader("kid", w.MoreCurves[0].Id)),
        TokenCase.Bearer("ES512", w => Other(w.CurveToken(), w.MoreCurves[1]).WithHeader("kid", w.MoreCurves[1].Id)),
        TokenCase.Bearer("typ at+jwt", w => w.Token().WithHeader("typ", "at+jwt")),
        TokenCase.Bearer("typ application/at+jwt", w => w.Token().WithHeader("typ", "application/at+jwt")),
        TokenCase.Bearer("no typ", w => w.Token().WithHeader("typ", null)),
        TokenCase.Bearer("no kid", w => w.Token().WithHeader("kid", null)),
        new("scheme in lower case", w => [$"Authorization: bearer {w.Token()}"]),
        new("scheme in upper case, header too", w => [$"AUTHORIZATION: BEARER {w.Token()}"]),
        new("more spaces after the scheme", w => [$"Authorization: Bearer   {w.Token()}  "]),
        TokenCase.Bearer("aud a list with ours in it", w =>
            w.Token().With("aud", new JsonArray("https://other.example", TokenWorld.Audience))),
        TokenCase.Bearer("aud with a slash at the end", w => w.Token().With("aud", TokenWorld.Audience + "/")),
        TokenCase.Bearer("expired within the skew", w => w.Token().IssuedAgo(TimeSpan.FromHours(1)).ExpiresIn(-WithinSkew)),
        TokenCase.Bearer("not yet valid within the skew", w => w.Token().ValidIn(WithinSkew)),
        TokenCase.Bearer("neither nbf nor iat", w => w.Token().With("nbf", null).With("iat", null)),
        TokenCase.Bearer("roles", w => w.Token().With("roles", new JsonArray("analyst", "deployer", "unheard-of"))),
        TokenCase.Bearer("roles as one text", w => w.Token().With("roles", "analyst")),
        TokenCase.Bearer("roles of Keycloak", w =>
            w.Token().With("realm_access", new JsonObject { ["roles"] = new JsonArray("analyst") })),
        TokenCase.Bearer("roles under a URL", w => w.Token().With("https://example.com/roles", new JsonArray("deployer"))),
        TokenCase.Bearer("a group and a scope that are mapped", w =>
            w.Token().With("groups", new JsonArray("grp-admins", "admin")).With("scope", "tools:read admin")),
        TokenCase.Bearer("roles that would forge others", w =>
            w.Token().With("roles", new JsonArray("analyst,admin", "admin ", "ADMIN", "analyst admin", "", 7))),
        TokenCase.Bearer("display and app", w =>
            w.Token().With("preferred_username", "Alice A.").With("azp", "an-app")),
        TokenCase.Bearer("scp as a list", w => w.CurveToken().With("scope", null).With("scp", new JsonArray("x", "tools"))),
        TokenCase.Bearer("Entra ID, version 2", w => w.Entra.Token()),
        TokenCase.Bearer("Entra ID, version 1", w => w.Entra.OldToken()),
        TokenCase.Bearer("Entra ID, an application without a user", w => w.Entra.AppToken()),
        TokenCase.Bearer("API key as bearer", _ => TokenWorld.ApiKey),
        new("API key", _ => [$"X-Api-Key: {TokenWorld.ApiKey}"]),
    ];

    public static TestToken Other(TestToken token, TestKey key) => token.SignedBy(key).WithHeader("alg", key.Algorithm);
}
