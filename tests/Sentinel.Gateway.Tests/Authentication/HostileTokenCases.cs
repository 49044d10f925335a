using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Sentinel.Tests.Shared.Identity;

namespace Sentinel.Gateway.Tests.Authentication;

/// <summary>Requests that must not find a caller.</summary>
internal static class HostileTokenCases
{
    private static readonly TimeSpan BeyondSkew = TimeSpan.FromSeconds(90);

    public static IEnumerable<TokenCase> All() => [.. Claims(), .. Keys(), .. Headers(), .. Texts(), .. Requests()];

    private static IEnumerable<TokenCase> Claims() =>
    [
        TokenCase.Bearer("expired", w => w.Token().IssuedAgo(TimeSpan.FromHours(1)).ExpiresIn(-BeyondSkew)),
        TokenCase.Bearer("expired before it began", w =>
            w.Token().ValidIn(TimeSpan.FromSeconds(20)).ExpiresIn(TimeSpan.FromSeconds(10))),
        TokenCase.Bearer("not yet valid", w => w.Token().ValidIn(BeyondSkew)),
        TokenCase.Bearer("no exp", w => w.Token().With("exp", null)),
        TokenCase.Bearer("exp as text", w => w.Token().With("exp", "9999999999")),
        TokenCase.Bearer("nbf as text", w => w.Token().With("nbf", "0")),
        TokenCase.Bearer("exp before all time", w => w.Token().With("exp", -1e300)),
        TokenCase.Bearer("wrong audience", w => w.Token().With("aud", "https://other.example/mcp")),
        TokenCase.Bearer("audience in another case", w => w.Token().With("aud", TokenWorld.Audience.ToUpperInvariant())),
        TokenCase.Bearer("audience that ours begins", w => w.Token().With("aud", "https://mcp.example.com/a")),
        TokenCase.Bearer("no audience", w => w.Token().With("aud", null)),
        TokenCase.Bearer("empty audience", w => w.Token().With("aud", "")),
        TokenCase.Bearer("audience a number", w => w.Token().With("aud", 7)),
        TokenCase.Bearer("audience an object", w => w.Token().With("aud", new JsonObject { [TokenWorld.Audience] = true })),
        TokenCase.Bearer("unknown issuer", w => w.Token().With("iss", "https://evil.example")),
        TokenCase.Bearer("unknown issuer on the lines of a log", w =>
            w.Token().With("iss", "https://evil.example\n2026-01-01 Login failed: nothing \u202e")),
        TokenCase.Bearer("no issuer", w => w.Token().With("iss", null)),
        TokenCase.Bearer("issuer a list", w => w.Token().With("iss", new JsonArray(w.Plain.Authority))),
        TokenCase.Bearer("issuer in another case", w => w.Token().With("iss", w.Plain.Authority.ToUpperInvariant())),
        TokenCase.Bearer("issuer with a slash that its document has not", w => w.Token().With("iss", w.Plain.Authority + "/")),
        TokenCase.Bearer("issuer that ours begins", w => w.Token().With("iss", w.Plain.Authority + ".evil.example")),
        TokenCase.Bearer("another known issuer's name", w => w.Token().With("iss", w.Scoped.Authority)),
        TokenCase.Bearer("no subject", w => w.Token().With("sub", null)),
        TokenCase.Bearer("empty subject", w => w.Token("")),
        TokenCase.Bearer("subject a number", w => w.Token().With("sub", 7)),
        TokenCase.Bearer("subject with a line break", w => w.Token("a\nb")),
        TokenCase.Bearer("subject of 300 characters", w => w.Token(new string('a', 300))),
        TokenCase.Bearer("subject anonymous", w => w.Token("Anonymous")),
        TokenCase.Bearer("subject of an API key", w => w.Token("key:ci")),
        TokenCase.Bearer("without the scope", w => w.CurveToken().With("scope", "openid")),
        TokenCase.Bearer("scope in another case", w => w.CurveToken().With("scope", "Tools")),
        TokenCase.Bearer("an ID token", w => w.Token().With("at_hash", "x")),
        TokenCase.Bearer("an ID token of Keycloak", w => w.Token().With("typ", "ID")),
        TokenCase.Bearer("the claims of an administrator over the same signature", w => Spliced(
            $"{w.Token()}", $"{w.Token().With("roles", "admin")}")),
        TokenCase.Bearer("a claim twice", w => w.Token().Compact(
            w.Token().Header.ToJsonString(),
            w.Token().Claims.ToJsonString().Replace("{", "{\"sub\":\"mallory\",", StringComparison.Ordinal))),
    ];

    private static IEnumerable<TokenCase> Keys() =>
    [
        TokenCase.Bearer("signed by a stranger under our key's id", w => w.Token().SignedBy(w.Foreign)),
        TokenCase.Bearer("signed by a stranger without an id", w => w.Token().SignedBy(w.Foreign).WithHeader("kid", null)),
        TokenCase.Bearer("unknown key id", w => w.Token().WithHeader("kid", "no-such-key")),
        TokenCase.Bearer("key id a path", w => w.Token().WithHeader("kid", "../../../../dev/null")),
        TokenCase.Bearer("key id empty", w => w.Token().WithHeader("kid", "")),
        TokenCase.Bearer("key id a number", w => w.Token().WithHeader("kid", 7)),
        TokenCase.Bearer("key too short", w => w.Token().SignedBy(w.TooShort).WithHeader("kid", w.TooShort.Id)),
        TokenCase.Bearer("a curve's algorithm under an RSA key's id", w =>
            TokenCases.Other(w.Token(), w.Scoped.Keys.Current)),
        TokenCase.Bearer("ES384's key under ES256", w =>
            w.CurveToken().SignedBy(w.MoreCurves[0]).WithHeader("kid", w.MoreCurves[0].Id)),
        TokenCase.Bearer("a curve's signature of zeros", w => WithSignature(w.CurveToken(), new byte[64])),
        TokenCase.Bearer("a curve's signature in DER", w => WithSignature(
            w.CurveToken(), [0x30, 0x44, 2, 0x20, .. new byte[32], 2, 0x20, .. new byte[32]])),
        TokenCase.Bearer("a key of its own in jwk", w => TokenCases.Other(w.Token(), w.Foreign)
            .WithHeader("kid", w.Foreign.Id).WithHeader("jwk", w.Foreign.ToJwk())),
        TokenCase.Bearer("a key of its own in jwk under our id", w => w.Token().SignedBy(w.Foreign)
            .WithHeader("jwk", w.Foreign.ToJwk())),
        TokenCase.Bearer("a key elsewhere by jku", w => w.Token().SignedBy(w.Foreign)
            .WithHeader("kid", w.Foreign.Id).WithHeader("jku", w.Stranger.Url + "keys")),
        TokenCase.Bearer("a key elsewhere by x5u", w => w.Token().SignedBy(w.Foreign)
            .WithHeader("kid", w.Foreign.Id).WithHeader("x5u", w.Stranger.Url + "cert")),
        TokenCase.Bearer("Entra ID's tokens under another's key", w => w.Entra.Token().SignedBy(w.Foreign)),
    ];

    private static IEnumerable<TokenCase> Headers() =>
    [
        TokenCase.Bearer("alg none", w => w.Token().WithHeader("alg", "none")),
        TokenCase.Bearer("alg nOnE", w => w.Token().WithHeader("alg", "nOnE")),
        TokenCase.Bearer("alg none with a signature", w => $"{w.Token().WithHeader("alg", "none")}AAAA"),
        TokenCase.Bearer("no alg", w => w.Token().Compact("""{"typ":"JWT"}""", w.Token().Claims.ToJsonString())),
        TokenCase.Bearer("HMAC with the public key", w => w.Token().WithHeader("alg", "HS256")),
        TokenCase.Bearer("HMAC with the public key, no id", w =>
            w.Token().WithHeader("alg", "HS256").WithHeader("kid", null)),
        TokenCase.Bearer("EdDSA", w => With(w.Token(), """{"alg":"EdDSA","typ":"JWT"}""")),
        TokenCase.Bearer("alg twice", w => With(w.Token(), """{"alg":"none","alg":"RS256"}""")),
        TokenCase.Bearer("crit", w => w.Token().WithHeader("crit", new JsonArray("b64")).WithHeader("b64", false)),
        TokenCase.Bearer("crit empty", w => w.Token().WithHeader("crit", new JsonArray())),
        TokenCase.Bearer("crit null", w => With(w.Token(), """{"alg":"RS256","crit":null}""")),
        TokenCase.Bearer("an ID-JAG", w => w.Token().WithHeader("typ", "oauth-id-jag+jwt")),
        TokenCase.Bearer("a DPoP proof", w => w.Token().WithHeader("typ", "dpop+jwt")),
        TokenCase.Bearer("a logout token", w => w.Token().WithHeader("typ", "logout+jwt")),
        TokenCase.Bearer("a token in a token", w => w.Token().WithHeader("cty", "JWT")),
        TokenCase.Bearer("header no JSON", w => With(w.Token(), "alg=RS256")),
        TokenCase.Bearer("header a list", w => With(w.Token(), "[]")),
        TokenCase.Bearer("header with a tail", w => With(w.Token(), """{"alg":"RS256"}{}""")),
        TokenCase.Bearer("header deep", w => With(w.Token(), $$"""{"alg":"RS256","x":{{new string('[', 64)}}""")),
    ];

    private static IEnumerable<TokenCase> Texts() =>
    [
        TokenCase.Bearer("one letter of the signature changed", w => Altered($"{w.Token()}")),
        TokenCase.Bearer("claims of another token", w => Spliced($"{w.Token()}", $"{w.Token("admin")}")),
        TokenCase.Bearer("no signature", w => $"{w.Token()}"[..($"{w.Token()}".LastIndexOf('.') + 1)]),
        TokenCase.Bearer("cut off in the signature", w => $"{w.Token()}"[..^100]),
        TokenCase.Bearer("cut off in the claims", w => $"{w.Token()}"[..100]),
        TokenCase.Bearer("two parts", _ => "eyJhbGciOiJub25lIn0.e30"),
        TokenCase.Bearer("four parts", w => $"{w.Token()}.x"),
        TokenCase.Bearer("encrypted: five parts", w => $"{w.Token()}.x.y"),
        TokenCase.Bearer("padded", w => $"{w.Token()}=="),
        TokenCase.Bearer("a space within", w => $"{w.Token()}".Insert(50, " ")),
        TokenCase.Bearer("two tokens", w => $"{w.Token()}, {w.Token()}"),
        TokenCase.Bearer("dots only", _ => ".."),
        TokenCase.Bearer("claims no JSON", w => w.Token().Compact(w.Token().Header.ToJsonString(), "sub=alice")),
        TokenCase.Bearer("claims a list", w => w.Token().Compact(w.Token().Header.ToJsonString(), "[]")),
        TokenCase.Bearer("17 KB", w => w.Token().With("x", new string('x', 12 * 1024))),
        TokenCase.Bearer("64 KB", w => w.Token().With("x", new string('x', 48 * 1024))),
    ];

    private static IEnumerable<TokenCase> Requests() =>
    [
        new("no credential", _ => []),
        new("a token in the query", _ => [], "/a/mcp?access_token=eyJhbGciOiJub25lIn0.e30."),
        new("empty Authorization", _ => ["Authorization: "]),
        new("Bearer alone", _ => ["Authorization: Bearer"]),
        new("Bearer and a space", _ => ["Authorization: Bearer "]),
        new("Basic", _ => ["Authorization: Basic YWxpY2U6eA=="]),
        new("DPoP", w => [$"Authorization: DPoP {w.Token()}"]),
        new("the token without a scheme", w => [$"Authorization: {w.Token()}"]),
        new("two Authorization headers", w => [$"Authorization: Bearer {w.Token()}", $"Authorization: Bearer {w.Token()}"]),
        new("token and key together", w => [$"Authorization: Bearer {w.Token()}", $"X-Api-Key: {TokenWorld.ApiKey}"]),
        new("a token as X-Api-Key", w => [$"X-Api-Key: {w.Token()}"]),
        new("an unknown key", _ => ["X-Api-Key: no-such-key"]),
        new("an empty key", _ => ["X-Api-Key: "]),
        TokenCase.Bearer("an unknown key as bearer", _ => "no-such-key"),
        TokenCase.Bearer("the key's hash in place of the key", _ => Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(TokenWorld.ApiKey)))),
    ];

    private static string With(TestToken token, string header) => token.Compact(header, token.Claims.ToJsonString());

    private static string WithSignature(TestToken token, byte[] signature)
    {
        var text = token.ToString();
        return text[..(text.LastIndexOf('.') + 1)] + Base64Url.EncodeToString(signature);
    }

    private static string Spliced(string token, string other)
    {
        var parts = token.Split('.');
        return $"{parts[0]}.{other.Split('.')[1]}.{parts[2]}";
    }

    // In its middle, where every bit counts.
    private static string Altered(string token)
    {
        var middle = token.Length - 100;
        return token[..middle] + (token[middle] == 'A' ? 'B' : 'A') + token[(middle + 1)..];
    }
}
