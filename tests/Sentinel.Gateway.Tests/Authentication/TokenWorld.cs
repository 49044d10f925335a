using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Identity;

namespace Sentinel.Gateway.Tests.Authentication;

/// <summary>A gateway that takes the tokens of two issuers and of one Entra ID tenant, and one API key.</summary>
public sealed class TokenWorld : IAsyncDisposable
{
    public const string Audience = "https://mcp.example.com/a/mcp";
    public const string ApiKey = "ci-key-of-thirty-two-characters-x";

    private TokenWorld()
    {
    }

    internal AuthenticationRig Rig { get; private set; } = null!;

    /// <summary>Signs with RSA; its tokens need no scope.</summary>
    public TestIssuer Plain { get; private set; } = null!;

    /// <summary>Signs with curves; its tokens need the scope <c>tools</c>.</summary>
    public TestIssuer Scoped { get; private set; } = null!;

    public TestEntra Entra { get; private set; } = null!;

    /// <summary>Of nobody whom the gateway knows.</summary>
    public TestKey Foreign { get; } = TestKey.Rsa();

    /// <summary>Published by <see cref="Plain"/>, and too short.</summary>
    public TestKey TooShort { get; } = TestKey.Rsa(1024);

    /// <summary>Published by <see cref="Scoped"/> too.</summary>
    public TestKey[] MoreCurves { get; } = [TestKey.Ecdsa("ES384"), TestKey.Ecdsa("ES512")];

    /// <summary>A server of a stranger's, which no token may send the gateway to.</summary>
    public ScriptedBackend Stranger { get; private set; } = null!;

    public static async Task<TokenWorld> StartAsync()
    {
        // The issuers stand on the same clock as the gateway, which is made after them.
        var clock = new TestClock();
        var world = new TokenWorld
        {
            Plain = await TestIssuer.StartAsync(time: clock),
            Scoped = await TestIssuer.StartAsync(TestKey.Ecdsa(), clock),
            Entra = await TestEntra.StartAsync(clock),
            Stranger = await ScriptedBackend.StartAsync(),
        };
        world.Plain.Keys.Published = [world.Plain.Keys.Current, world.TooShort];
        world.Scoped.Keys.Published = [world.Scoped.Keys.Current, .. world.MoreCurves];
        var config = new ProxyConfig()
            .Backend("a", world.Stranger.Url)
            .ApiKey("ci", ApiKey, "deployer")
            .Role("admin", ["*"])
            .Role("analyst", ["a/read_*"])
            .Role("deployer", ["a/deploy"])
            .Role("tools.run", ["a/run"]);
        config.Sentinel["PublicUrl"] = "https://mcp.example.com";
        var authentication = config.Sentinel["Authentication"]!;
        authentication["Issuers"] = new JsonArray(
            IssuerOf(world.Plain, roleClaims: new JsonArray("roles", "realm_access.roles", "https://example.com/roles")),
            IssuerOf(world.Scoped, scopes: new JsonArray("tools")));
        authentication["AzureAd"] = new JsonObject
        {
            ["Instance"] = world.Entra.Instance,
            ["TenantId"] = TestEntra.Tenant,
            ["ClientId"] = TestEntra.ClientId,
            ["RequireHttpsMetadata"] = false,
        };
        authentication["RoleMap"] = new JsonObject
        {
            ["grp-admins"] = "admin",
            ["tools:read"] = "analyst",
        };
        world.Rig = await AuthenticationRig.StartAsync(config, clock);
        return world;
    }

    public static JsonObject IssuerOf(TestIssuer issuer, JsonArray? roleClaims = null, JsonArray? scopes = null) => new()
    {
        ["Authority"] = issuer.Authority,
        ["Audiences"] = new JsonArray(Audience),
        ["RoleClaims"] = roleClaims ?? new JsonArray("roles"),
        ["Scopes"] = scopes ?? [],
        ["RequireHttpsMetadata"] = false,
    };

    /// <summary>A token of <see cref="Plain"/> that is taken as it is.</summary>
    public TestToken Token(string subject = "alice") => Plain.Token(Audience, subject);

    /// <summary>A token of <see cref="Scoped"/> that is taken as it is.</summary>
    public TestToken CurveToken() => Scoped.Token(Audience, "bob").With("scope", "openid tools");

    /// <summary>The same text on every run: names in place of what is made anew.</summary>
    public string Readable(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        (string Made, string Name)[] names =
        [
            (Plain.Authority, "{plain}"),
            (Plain.Authority.ToUpperInvariant(), "{PLAIN}"),
            (MoreCurves[0].Id, "{other-curve}"),
            (Scoped.Authority, "{scoped}"),
            (Entra.Instance, "{entra}/"),
            (Plain.Keys.Current.Id, "{plain-key}"),
            (Scoped.Keys.Current.Id, "{scoped-key}"),
            (Entra.Keys.Current.Id, "{entra-key}"),
            (Foreign.Id, "{foreign-key}"),
            (TooShort.Id, "{short-key}"),
        ];
        return names.OrderByDescending(n => n.Made.Length)
            .Aggregate(text, (t, n) => t.Replace(n.Made, n.Name, StringComparison.Ordinal))
            .Replace("127.0.0.1", "{peer}", StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await Rig.DisposeAsync();
        await Plain.DisposeAsync();
        await Scoped.DisposeAsync();
        await Entra.DisposeAsync();
        await Stranger.DisposeAsync();
        Foreign.Dispose();
        TooShort.Dispose();
        Array.ForEach(MoreCurves, key => key.Dispose());
    }
}
