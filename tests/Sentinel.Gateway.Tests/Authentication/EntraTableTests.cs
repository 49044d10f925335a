using System.Text;
using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Identity;
using Xunit;

namespace Sentinel.Gateway.Tests.Authentication;

/// <summary>Which of Entra ID's tokens are taken under which settings, beside what Microsoft's own parts take.</summary>
public sealed class EntraTableTests
{
    private const string OwnAudience = "api://my-api";

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TestKey Stranger = TestKey.Rsa();

    private static readonly (string Name, Func<TestEntra, JsonObject> Settings, bool IsMicrosofts)[] Modes =
    [
        ("single tenant", entra => Section(entra, TestEntra.Tenant), true),
        ("organizations", entra => Section(entra, "organizations"), true),
        ("common", entra => Section(entra, "common"), true),
        ("organizations, ValidIssuers of one tenant", entra => With(
            Section(entra, "organizations"), "TokenValidationParameters",
            new JsonObject { ["ValidIssuers"] = new JsonArray(entra.IssuerOf(TestEntra.Tenant)) }), true),
        ("Audience", entra => With(Section(entra, TestEntra.Tenant), "Audience", OwnAudience), true),
        ("ValidAudiences", entra => With(
            Section(entra, TestEntra.Tenant), "TokenValidationParameters",
            new JsonObject { ["ValidAudiences"] = new JsonArray(OwnAudience, TestEntra.ClientId) }), true),
        ("by access list", entra => With(Section(entra, TestEntra.Tenant), "AllowWebApiToBeAuthorizedByACL", true), true),
        ("organizations, AllowedTenants", entra => With(
            Section(entra, "organizations"), "AllowedTenants", new JsonArray(TestEntra.Tenant)), false),
        ("Authority", entra => Without(With(
            Section(entra, TestEntra.Tenant), "Authority", entra.Instance + TestEntra.Tenant), "TenantId"), false),
        ("Scopes", entra => With(Section(entra, TestEntra.Tenant), "Scopes", "read access_as_user"), false),
    ];

    private static readonly (string Name, Func<TestEntra, object> Token)[] Tokens =
    [
        ("v2, aud the client id, scp", e => e.Token()),
        ("v2, aud api://", e => e.Token().With("aud", "api://" + TestEntra.ClientId)),
        ("v2, aud of our own", e => e.Token().With("aud", OwnAudience)),
        ("v2, aud of our own with a slash", e => e.Token().With("aud", OwnAudience + "/")),
        ("v1, aud api://", e => e.OldToken()),
        ("v1, aud the client id", e => e.OldToken().With("aud", TestEntra.ClientId)),
        ("v1, aud of our own", e => e.OldToken().With("aud", OwnAudience)),
        ("no ver", e => e.Token().With("ver", null)),
        ("roles only", e => e.AppToken()),
        ("another scp only", e => e.Token().With("scp", "write")),
        ("neither scp nor roles", e => e.Token().With("scp", null)),
        ("roles empty", e => e.AppToken().With("roles", new JsonArray())),
        ("another tenant, v2", e => e.Token(TestEntra.OtherTenant)),
        ("another tenant, v1", e => e.OldToken(TestEntra.OtherTenant)),
        ("iss of a tenant that is not tid", e => e.Token().With("tid", TestEntra.OtherTenant)),
        ("tid of a tenant that is not in iss", e => e.Token(TestEntra.OtherTenant).With("tid", TestEntra.Tenant)),
        ("no tid", e => e.Token().With("tid", null)),
        ("iss of a stranger", e => e.Token().With("iss", "https://evil.example/" + TestEntra.Tenant + "/v2.0")),
        ("iss with its placeholder", e => e.Token().With("iss", e.IssuerOf("{tenantid}"))),
        ("unknown key", e => e.Token().SignedBy(Stranger).WithHeader("kid", Stranger.Id)),
        ("expired for 3 minutes", e => e.Token().IssuedAgo(Hour).ExpiresIn(TimeSpan.FromMinutes(-3))),
        ("expired for 10 minutes", e => e.Token().IssuedAgo(Hour).ExpiresIn(TimeSpan.FromMinutes(-10))),
        ("expired before it began", e => e.Token().ValidIn(TimeSpan.FromMinutes(2)).ExpiresIn(TimeSpan.FromMinutes(1))),
        ("valid in 3 minutes", e => e.Token().ValidIn(TimeSpan.FromMinutes(3))),
        ("valid in 10 minutes", e => e.Token().ValidIn(TimeSpan.FromMinutes(10))),
        ("garbage", _ => "garbage"),
    ];

    [Fact]
    public async Task Tokens_are_taken_where_Microsofts_own_parts_take_them()
    {
        await using var entra = await TestEntra.StartAsync();
        var admitted = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var differences = new List<string>();
        foreach (var (mode, settings, isMicrosofts) in Modes)
        {
            var section = settings(entra);
            await using var rig = await AuthenticationRig.StartAsync(Config(section), TimeProvider.System);
            await using var reference = isMicrosofts ? await EntraReference.StartAsync(Flatten(section)) : null;
            foreach (var (name, token) in Tokens)
            {
                var text = token(entra).ToString()!;
                var answer = await rig.SendAsync("/a/mcp", $"Authorization: Bearer {text}");
                if (reference is not null && await reference.AdmitsAsync(text) != answer.Caller is not null)
                {
                    differences.Add($"{mode}: {name}: {answer.Status}");
                }

                admitted.TryAdd(name, []);
                admitted[name].Add(answer.Status);
            }
        }

        Assert.Empty(differences);
        Snapshot.Match(Table(admitted));
    }

    [Fact]
    public async Task Metadata_of_version_1_is_fetched_when_such_a_token_comes_and_not_before()
    {
        await using var entra = await TestEntra.StartAsync();
        await using var rig = await AuthenticationRig.StartAsync(
            Config(Section(entra, TestEntra.Tenant)), TimeProvider.System);

        await rig.SendAsync("/a/mcp", $"Authorization: Bearer {entra.Token()}");
        var before = entra.Requests.ToList();
        await rig.SendAsync("/a/mcp", $"Authorization: Bearer {entra.OldToken()}");

        Assert.Equal(2, before.Count);
        Assert.All(before, path => Assert.Contains("v2.0", path, StringComparison.Ordinal));
        Assert.Equal(
            [$"/{TestEntra.Tenant}/.well-known/openid-configuration", $"/{TestEntra.Tenant}/discovery/keys"],
            entra.Requests.Skip(2));
    }

    private static JsonObject Section(TestEntra entra, string tenant) => new()
    {
        ["Instance"] = entra.Instance,
        ["TenantId"] = tenant,
        ["ClientId"] = TestEntra.ClientId,
        ["RequireHttpsMetadata"] = false,
    };

    private static JsonObject With(JsonObject section, string key, JsonNode value)
    {
        section[key] = value;
        return section;
    }

    private static JsonObject Without(JsonObject section, string key)
    {
        section.Remove(key);
        return section;
    }

    private static ProxyConfig Config(JsonObject section)
    {
        var config = new ProxyConfig().Backend("a", new Uri("http://127.0.0.1:9/"));
        config.Sentinel["Authentication"]!["AzureAd"] = section;
        return config;
    }

    // As .NET's own configuration would read the section.
    private static Dictionary<string, string?> Flatten(JsonObject section)
    {
        var flat = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (key, value) in section)
        {
            if (value is not JsonObject nested)
            {
                flat[key] = value!.ToString();
                continue;
            }

            foreach (var (name, list) in nested)
            {
                for (var i = 0; i < list!.AsArray().Count; i++)
                {
                    flat[$"{key}:{name}:{i}"] = list[i]!.ToString();
                }
            }
        }

        return flat;
    }

    private static string Table(Dictionary<string, List<string>> admitted)
    {
        var table = new StringBuilder();
        foreach (var (mode, i) in Modes.Select((mode, i) => (mode, i)))
        {
            table.Append((char)('A' + i)).Append("  ").Append(mode.Name).Append('\n');
        }

        var width = admitted.Keys.Max(name => name.Length) + 2;
        table.Append('\n').Append(' ', width);
        table.AppendJoin("   ", Modes.Select((_, i) => (char)('A' + i))).Append('\n');
        foreach (var (name, statuses) in admitted)
        {
            table.Append(name.PadRight(width)).AppendJoin(' ', statuses).Append('\n');
        }

        return table.ToString();
    }
}
