using System.Globalization;
using System.Text.Json.Nodes;
using Sentinel.Benchmarks.Load;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>How much of the gateway a call meets.</summary>
/// <param name="KnowsCallers">False: everybody is anonymous.</param>
/// <param name="Roles">How many roles the policy has, 0: one that may do all.</param>
/// <param name="Guarantee">How calls are recorded; null: they are not.</param>
/// <param name="IsEmbedded">Recorded into SQLite instead of PostgreSQL.</param>
/// <param name="RulesPerRole">How many rules allow something, in each role; one more denies.</param>
internal sealed record GatewayStep(
    bool KnowsCallers,
    int Roles,
    string? Guarantee = null,
    bool IsEmbedded = false,
    int RulesPerRole = 20)
{
    // One of them allows, a second denies something else, a third has nothing to say to the calls here.
    private const int CallersRoles = 3;

    /// <summary>What the rounds are about unless they say otherwise: a hundred roles, two thousand rules.</summary>
    public const int ManyRoles = 100;

    /// <summary>The names that a token has to carry for a policy of so many roles.</summary>
    public static IEnumerable<string> RolesOfCaller(int roles) =>
        Enumerable.Range(0, CallersRoles)
            .Select(i => Name((long)i * (roles - 1) / (CallersRoles - 1)))
            .Distinct(StringComparer.Ordinal);

    public ProxyConfig Config(Uri backend, Credentials credentials)
    {
        var config = new ProxyConfig().Backend(ToolCallBytes.Backend, backend);
        var granted = RolesOfCaller(Math.Max(1, Roles));
        if (Roles == 0)
        {
            config.Role(Name(0), ["*"]);
        }

        for (var i = 0; i < Roles; i++)
        {
            config.Role(Name(i), Allowed(i), [$"{ToolCallBytes.Backend}/*_internal_{i}"]);
        }

        return Authenticated(config, granted, credentials);
    }

    /// <summary>Sets the section that says how calls are recorded; without a guarantee they are not.</summary>
    public ProxyConfig Recording(ProxyConfig config)
    {
        if (Guarantee is not null)
        {
            _ = IsEmbedded ? config.AuditToSqlite("data/audit.db") : config.AuditToPostgres();
            config.Sentinel["Audit"]![nameof(Guarantee)] = Guarantee;
        }

        return config;
    }

    private ProxyConfig Authenticated(ProxyConfig config, IEnumerable<string> granted, Credentials credentials)
    {
        if (!KnowsCallers)
        {
            return config.Anonymous(granted);
        }

        config.ApiKey("bench", ToolCallBytes.ApiKey, granted);
        config.Sentinel["Authentication"]!["Issuers"] = new JsonArray(new JsonObject
        {
            ["Authority"] = credentials.Issuer,
            ["Audiences"] = new JsonArray(Credentials.Audience),
            ["RequireHttpsMetadata"] = false,
        });
        return config;
    }

    private IEnumerable<string> Allowed(int role)
    {
        yield return role == 0
            ? $"{ToolCallBytes.Backend}/search_*"
            : string.Create(CultureInfo.InvariantCulture, $"{ToolCallBytes.Backend}/list_{role}_*");
        for (var rule = 1; rule < RulesPerRole; rule++)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{ToolCallBytes.Backend}/tool_{role}_{rule}");
        }
    }

    private static string Name(long role) => string.Create(CultureInfo.InvariantCulture, $"role-{role}");
}
