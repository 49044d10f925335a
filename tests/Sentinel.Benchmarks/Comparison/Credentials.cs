using System.Text.Json.Nodes;
using Sentinel.Tests.Shared.Identity;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>An issuer, and the header lines by which callers are known.</summary>
internal sealed class Credentials : IAsyncDisposable
{
    public const string Audience = "https://mcp.example.com/bench/mcp";

    private readonly TestIssuer _issuer;

    private Credentials(TestIssuer issuer)
    {
        _issuer = issuer;
        Jwt = Bearer(issuer.Keys.Current);
    }

    public string Issuer => _issuer.Authority;

    /// <summary>The public key that tokens are signed with.</summary>
    public string Pem => _issuer.Keys.Current.ToPem();

    /// <summary>A token as long as tokens are, with the claims that issuers add: about 900 bytes, RS256.</summary>
    public string Jwt { get; }

    public static async Task<Credentials> StartAsync() => new(await TestIssuer.StartAsync());

    /// <summary>The same token, signed by somebody else.</summary>
    public string Forged()
    {
        using var key = TestKey.Rsa();
        return Bearer(key);
    }

    public ValueTask DisposeAsync() => _issuer.DisposeAsync();

    private string Bearer(TestKey key)
    {
        var roles = GatewayStep.RolesOfCaller(GatewayStep.ManyRoles).Append("another-role");
        return "Authorization: Bearer " + _issuer.Token(Audience, "0f7c1b1e-7a52-4f0a-9a55-0a1b2c3d4e5f")
            .ExpiresIn(TimeSpan.FromHours(8))
            .With("roles", new JsonArray([.. roles.Select(role => (JsonNode)role)]))
            .With("scope", "openid profile email tools:call")
            .With("azp", "6a1f2c9e-3b7d-4c58-9e1f-2a3b4c5d6e7f")
            .With("preferred_username", "somebody@example.com")
            .With("name", "Somebody Somewhere")
            .With("jti", "c1d2e3f4-a5b6-4789-8abc-def012345678")
            .WithHeader("kid", _issuer.Keys.Current.Id)
            .SignedBy(key);
    }
}
