using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Sentinel.Gateway.Authentication;

/// <summary>What an issuer published: its identifier and the keys it signs with.</summary>
internal sealed class KeySet
{
    private const int RsaBitsMin = 2048;

    private readonly JsonWebKey[] _keys;
    private readonly string _fingerprint;

    public KeySet(OpenIdConnectConfiguration document)
    {
        Issuer = document.Issuer;
        _keys = [.. (document.JsonWebKeySet?.Keys ?? []).Where(IsUsable)];
        _fingerprint = string.Join('\n', _keys.Select(Describe).Prepend(Issuer));
    }

    /// <summary>What the discovery document names as issuer.</summary>
    public string Issuer { get; }

    public int Count => _keys.Length;

    public bool HasSameContent(KeySet other) =>
        string.Equals(_fingerprint, other._fingerprint, StringComparison.Ordinal);

    /// <summary>
    /// The keys that may have made such a signature: the one of that id, or all where there is no id.
    /// </summary>
    public IReadOnlyList<JsonWebKey> Find(string algorithm, string? keyId) =>
        Array.FindAll(_keys, key =>
            (keyId is null || string.Equals(key.Kid, keyId, StringComparison.Ordinal)) && Fits(key, algorithm));

    // The type of key and, for curves, its size decide which algorithms it can have: none is negotiated by the token.
    private static bool Fits(JsonWebKey key, string algorithm) =>
        (string.IsNullOrEmpty(key.Alg) || string.Equals(key.Alg, algorithm, StringComparison.Ordinal))
        && algorithm switch
        {
            "ES256" => key.Crv == "P-256",
            "ES384" => key.Crv == "P-384",
            "ES512" => key.Crv == "P-521",
            _ => key.Kty == JsonWebAlgorithmsKeyTypes.RSA,
        };

    private static bool IsUsable(JsonWebKey key) =>
        (string.IsNullOrEmpty(key.Use) || key.Use == JsonWebKeyUseNames.Sig)
        && (key.KeyOps.Count == 0 || key.KeyOps.Contains("verify"))
        && key.Kty switch
        {
            JsonWebAlgorithmsKeyTypes.RSA => key is { N.Length: > 0, E.Length: > 0 } && key.KeySize >= RsaBitsMin,
            JsonWebAlgorithmsKeyTypes.EllipticCurve => key is { X.Length: > 0, Y.Length: > 0 },
            _ => false,
        };

    private static string Describe(JsonWebKey key) =>
        string.Join(' ', key.Kid, key.Alg, key.N, key.E, key.Crv, key.X, key.Y, IssuerOf(key));

    /// <summary>The issuer that a key names as its own, as Entra ID's keys do.</summary>
    public static string? IssuerOf(JsonWebKey key) =>
        key.AdditionalData.TryGetValue("issuer", out var issuer) ? issuer as string : null;
}
