using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Sentinel.Tests.Shared.Identity;

/// <summary>A key pair that tokens are signed with.</summary>
public sealed class TestKey : IDisposable
{
    private static int _made;

    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;

    private TestKey(RSA? rsa, ECDsa? ecdsa, string algorithm)
    {
        _rsa = rsa;
        _ecdsa = ecdsa;
        Algorithm = algorithm;
        Id = $"key-{Interlocked.Increment(ref _made)}";
    }

    /// <summary>The <c>kid</c>, unique in this process.</summary>
    public string Id { get; init; }

    /// <summary>What it signs with unless told otherwise: RS256, ES256 …</summary>
    public string Algorithm { get; }

    public static TestKey Rsa(int bits = 2048, string algorithm = "RS256") => new(RSA.Create(bits), null, algorithm);

    public static TestKey Ecdsa(string algorithm = "ES256") => new(
        null,
        ECDsa.Create(algorithm switch
        {
            "ES384" => ECCurve.NamedCurves.nistP384,
            "ES512" => ECCurve.NamedCurves.nistP521,
            _ => ECCurve.NamedCurves.nistP256,
        }),
        algorithm);

    /// <summary>The public half as a JSON Web Key.</summary>
    public JsonObject ToJwk()
    {
        var jwk = new JsonObject { ["kid"] = Id, ["use"] = "sig" };
        if (_rsa is not null)
        {
            var rsa = _rsa.ExportParameters(includePrivateParameters: false);
            jwk["kty"] = "RSA";
            jwk["n"] = Base64Url.EncodeToString(rsa.Modulus);
            jwk["e"] = Base64Url.EncodeToString(rsa.Exponent);
            return jwk;
        }

        var ec = _ecdsa!.ExportParameters(includePrivateParameters: false);
        jwk["kty"] = "EC";
        jwk["crv"] = Algorithm switch { "ES384" => "P-384", "ES512" => "P-521", _ => "P-256" };
        jwk["x"] = Base64Url.EncodeToString(ec.Q.X);
        jwk["y"] = Base64Url.EncodeToString(ec.Q.Y);
        return jwk;
    }

    /// <summary>The public half as a file would hold it: what a confused verifier takes for an HMAC secret.</summary>
    public string ToPem() =>
        _rsa?.ExportSubjectPublicKeyInfoPem() ?? _ecdsa!.ExportSubjectPublicKeyInfoPem();

    public byte[] Sign(byte[] content, string algorithm)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        var hash = algorithm[2..] switch
        {
            "384" => HashAlgorithmName.SHA384,
            "512" => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA256,
        };
        return algorithm[..2].ToUpperInvariant() switch
        {
            "RS" => _rsa!.SignData(content, hash, RSASignaturePadding.Pkcs1),
            "PS" => _rsa!.SignData(content, hash, RSASignaturePadding.Pss),
            "ES" => _ecdsa!.SignData(content, hash),
            "HS" => HMACSHA256.HashData(Encoding.UTF8.GetBytes(ToPem()), content),
            "NO" => [],
            _ => throw new ArgumentException($"Nothing signs with {algorithm}.", nameof(algorithm)),
        };
    }

    public void Dispose()
    {
        _rsa?.Dispose();
        _ecdsa?.Dispose();
    }
}
