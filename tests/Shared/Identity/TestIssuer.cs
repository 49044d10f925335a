using System.Text.Json.Nodes;

namespace Sentinel.Tests.Shared.Identity;

/// <summary>An OpenID Connect issuer on the loopback: discovery document, keys, rotation, outage.</summary>
/// <remarks>Further endpoints of an authorization server go onto <see cref="Site"/> and <see cref="Metadata"/>.</remarks>
public sealed class TestIssuer : IAsyncDisposable
{
    public const string DiscoveryPath = "/.well-known/openid-configuration";
    public const string KeysPath = "/keys";

    private readonly TimeProvider _time;

    private TestIssuer(ScriptedBackend site, TestKey key, TimeProvider time)
    {
        Site = site;
        Keys = new TestKeys(key);
        _time = time;
        Metadata = new JsonObject
        {
            ["issuer"] = Authority,
            ["jwks_uri"] = Authority + KeysPath,
            ["id_token_signing_alg_values_supported"] = new JsonArray("RS256", "ES256"),
            ["response_types_supported"] = new JsonArray("code"),
            ["subject_types_supported"] = new JsonArray("public"),
        };
        site.On(DiscoveryPath, http => Keys.AnswerAsync(http, Metadata));
        site.On(KeysPath, http => Keys.AnswerAsync(http, Keys.ToJwks()));
    }

    /// <summary>The server behind it.</summary>
    public ScriptedBackend Site { get; }

    /// <summary>What is published, and whether it can be had.</summary>
    public TestKeys Keys { get; }

    /// <summary>The discovery document; a test may change it.</summary>
    public JsonObject Metadata { get; }

    /// <summary>The issuer's identifier, without a slash at the end.</summary>
    public string Authority => Site.Url.AbsoluteUri.TrimEnd('/');

    /// <summary>How often the discovery document was asked for, answered or not.</summary>
    public int DiscoveryRequests => Site.Requests.Count(request => request.Path == DiscoveryPath);

    /// <summary>How often the keys were asked for, answered or not.</summary>
    public int KeysRequests => Site.Requests.Count(request => request.Path == KeysPath);

    /// <param name="key">Signs first; an RSA key where absent. The issuer disposes of it.</param>
    /// <param name="time">The clock that tokens' times are relative to.</param>
    public static async Task<TestIssuer> StartAsync(TestKey? key = null, TimeProvider? time = null) =>
        new(await ScriptedBackend.StartAsync(), key ?? TestKey.Rsa(), time ?? TimeProvider.System);

    /// <summary>A token that the issuer would give out now.</summary>
    public TestToken Token(string audience, string subject = "alice") =>
        new TestToken(Keys.Current, _time).With("iss", Authority).With("aud", audience).With("sub", subject);

    public async ValueTask DisposeAsync()
    {
        await Site.DisposeAsync();
        Keys.Dispose();
    }
}
