using System.Text.Json.Nodes;

namespace Sentinel.Tests.Shared.Identity;

/// <summary>An issuer shaped like Entra ID: tenants, two versions of tokens, keys that name their issuer.</summary>
public sealed class TestEntra : IAsyncDisposable
{
    public const string ClientId = "c0000000-0000-4000-8000-00000000000c";
    public const string Tenant = "10000000-0000-4000-8000-000000000001";
    public const string OtherTenant = "20000000-0000-4000-8000-000000000002";

    private const string Placeholder = "{tenantid}";

    private readonly ScriptedBackend _site;
    private readonly TimeProvider _time;

    private TestEntra(ScriptedBackend site, TimeProvider time)
    {
        _site = site;
        _time = time;
        foreach (var tenant in new[] { Tenant, OtherTenant, "organizations", "common" })
        {
            Serve(tenant);
        }
    }

    /// <summary>What the <c>AzureAd</c> section calls Instance, with a slash at the end.</summary>
    public string Instance => _site.Url.AbsoluteUri;

    public TestKeys Keys { get; } = new(TestKey.Rsa());

    /// <summary>The paths asked for, oldest first.</summary>
    public IReadOnlyList<string> Requests => [.. _site.Requests.Select(request => request.Path)];

    public static async Task<TestEntra> StartAsync(TimeProvider? time = null) =>
        new(await ScriptedBackend.StartAsync(), time ?? TimeProvider.System);

    /// <summary>The issuer of version 2 tokens.</summary>
    public string IssuerOf(string tenant) => $"{Instance}{tenant}/v2.0";

    /// <summary>The issuer of version 1 tokens.</summary>
    public static string OldIssuerOf(string tenant) => $"https://sts.windows.net/{tenant}/";

    /// <summary>A delegated access token of version 2, for the gateway's own client id.</summary>
    public TestToken Token(string tenant = Tenant) => Common(tenant, "2.0", IssuerOf(tenant), ClientId)
        .With("azp", "a0000000-0000-4000-8000-00000000000a")
        .With("preferred_username", "alice@contoso.example")
        .With("scp", "access_as_user");

    /// <summary>The same of version 1.</summary>
    public TestToken OldToken(string tenant = Tenant) => Common(tenant, "1.0", OldIssuerOf(tenant), $"api://{ClientId}")
        .With("appid", "a0000000-0000-4000-8000-00000000000a")
        .With("upn", "alice@contoso.example")
        .With("scp", "access_as_user");

    /// <summary>A token of an application without a user, of version 2.</summary>
    public TestToken AppToken(string tenant = Tenant) => Common(tenant, "2.0", IssuerOf(tenant), ClientId)
        .With("azp", "a0000000-0000-4000-8000-00000000000a")
        .With("idtyp", "app")
        .With("roles", new JsonArray("tools.run"));

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        Keys.Dispose();
    }

    private TestToken Common(string tenant, string version, string issuer, string audience) =>
        new TestToken(Keys.Current, _time)
            .With("iss", issuer)
            .With("aud", audience)
            .With("ver", version)
            .With("tid", tenant)
            .With("oid", "0b000000-0000-4000-8000-00000000000b")
            .With("sub", "pairwise-subject");

    private void Serve(string tenant)
    {
        var id = Guid.TryParse(tenant, out _) ? tenant : Placeholder;
        var (issuer, old) = (IssuerOf(id), OldIssuerOf(id));
        var root = Instance + tenant;
        Serve($"/{tenant}/v2.0", issuer, $"{root}/discovery/v2.0/keys");
        Serve($"/{tenant}", old, $"{root}/discovery/keys");
        _site.On($"/{tenant}/discovery/v2.0/keys", http => Keys.AnswerAsync(http, Keys.ToJwks(issuer)));
        _site.On($"/{tenant}/discovery/keys", http => Keys.AnswerAsync(http, Keys.ToJwks()));
    }

    private void Serve(string path, string issuer, string keys)
    {
        var metadata = new JsonObject { ["issuer"] = issuer, ["jwks_uri"] = keys };
        _site.On(path + TestIssuer.DiscoveryPath, http => Keys.AnswerAsync(http, metadata));
    }
}
