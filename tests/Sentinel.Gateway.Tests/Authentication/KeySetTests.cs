using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Sentinel.Gateway.Authentication;
using Sentinel.Tests.Shared.Identity;
using Xunit;

namespace Sentinel.Gateway.Tests.Authentication;

/// <summary>Which of an issuer's keys may have made which signature.</summary>
public sealed class KeySetTests : IDisposable
{
    private readonly TestKey _rsa = TestKey.Rsa();
    private readonly TestKey _curve = TestKey.Ecdsa();

    public void Dispose()
    {
        _rsa.Dispose();
        _curve.Dispose();
    }

    [Theory]
    [InlineData("alg", "RS256", true)]
    [InlineData("alg", "PS256", false)]
    [InlineData("use", "sig", true)]
    [InlineData("use", "enc", false)]
    [InlineData("use", "", true)]
    [InlineData("kid", "another", false)]
    [InlineData("kty", "oct", false)]
    [InlineData("kty", "rsa", false)]
    [InlineData("n", "", false)]
    public void A_key_is_used_for_what_it_says_it_is_for(string member, string value, bool isUsed)
    {
        var jwk = _rsa.ToJwk();
        jwk[member] = value;

        Assert.Equal(isUsed ? 1 : 0, Of(jwk).Find("RS256", _rsa.Id).Count);
    }

    [Fact]
    public void A_key_that_encrypts_only_verifies_nothing()
    {
        var jwk = _rsa.ToJwk();
        jwk["key_ops"] = new JsonArray("encrypt");
        Assert.Empty(Of(jwk).Find("RS256", _rsa.Id));

        jwk["key_ops"] = new JsonArray("verify");
        Assert.Single(Of(jwk).Find("RS256", _rsa.Id));
    }

    [Theory]
    [InlineData("RS256", true)]
    [InlineData("PS512", true)]
    [InlineData("ES256", false)]
    public void The_type_of_key_decides_the_algorithm_and_not_the_token(string algorithm, bool isRsa)
    {
        var keys = Of(_rsa.ToJwk(), _curve.ToJwk());

        Assert.Equal(isRsa ? 1 : 0, keys.Find(algorithm, _rsa.Id).Count);
        Assert.Equal(isRsa ? 0 : 1, keys.Find(algorithm, _curve.Id).Count);
    }

    [Fact]
    public void Without_an_id_every_key_that_fits_may_have_signed()
    {
        using var other = TestKey.Rsa();

        Assert.Equal(2, Of(_rsa.ToJwk(), _curve.ToJwk(), other.ToJwk()).Find("RS256", null).Count);
    }

    [Fact]
    public void Content_is_compared_and_not_the_moment_it_was_fetched()
    {
        using var other = TestKey.Rsa();

        Assert.True(Of(_rsa.ToJwk()).HasSameContent(Of(_rsa.ToJwk())));
        Assert.False(Of(_rsa.ToJwk()).HasSameContent(Of(other.ToJwk())));
        Assert.False(Of(_rsa.ToJwk()).HasSameContent(Of(_rsa.ToJwk(), other.ToJwk())));
    }

    private static KeySet Of(params IEnumerable<JsonObject> keys) => new(new OpenIdConnectConfiguration
    {
        Issuer = "https://idp.example",
        JsonWebKeySet = new JsonWebKeySet(
            new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.DeepClone())]) }.ToJsonString()),
    });
}
