using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Sentinel.Benchmarks.Load;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Identity;

namespace Sentinel.Benchmarks.Calls;

/// <summary>What it costs to know who calls: nobody, a key, a token; by the same gateway in neighbouring rounds.</summary>
internal static class CredentialsStep
{
    public const string Name = "credentials";

    private const string Audience = "https://mcp.example.com/bench/mcp";

    public static async Task<string> RunAsync(Uri backend, CallsOptions options)
    {
        await using var issuer = await TestIssuer.StartAsync();
        await using var gateway = await GatewayProcess.StartAsync(Config(backend, issuer));
        (string Name, string? Header)[] callers =
        [
            ("anonymous", null),
            ("anonymous again", null),
            ("API key", ToolCallBytes.ApiKeyHeader),
            ("JWT, RS256", "Authorization: Bearer " + Token(issuer)),
        ];
        foreach (var (_, header) in callers)
        {
            await CallsBenchmark.WarmUpAsync(gateway.Url, gateway.Process.Id, header);
        }

        var rounds = callers.Select(_ => new List<Round>()).ToArray();
        for (var round = 0; round < options.Rounds; round++)
        {
            // Each has each place in the order equally often.
            for (var i = 0; i < callers.Length; i++)
            {
                var at = (round + i) % callers.Length;
                rounds[at].Add(await ClosedLoop.RunAsync(
                    gateway.Url, gateway.Process.Id, TimeSpan.FromSeconds(options.Seconds), callers[at].Header));
            }
        }

        var table = new StringBuilder(
            """
            | caller | CPU per call | ratio to anonymous, median | of rounds |
            |---|---|---|---|

            """);
        foreach (var (caller, own) in callers.Zip(rounds))
        {
            var ratios = own.Zip(rounds[0], (mine, first) => mine.CpuUs / first.CpuUs).Order().ToList();
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {caller.Name} | {CallsBenchmark.Median(own, r => r.CpuUs):F1} µs | {ratios[ratios.Count / 2]:F3} "
                + $"| {ratios[0]:F3}–{ratios[^1]:F3} |\n");
        }

        return table.ToString();
    }

    private static ProxyConfig Config(Uri backend, TestIssuer issuer)
    {
        var config = new ProxyConfig()
            .Backend(ToolCallBytes.Backend, backend)
            .ApiKey("bench", ToolCallBytes.ApiKey, "reader")
            .Anonymous("reader")
            .Role("reader", ["bench/search_*"]);
        config.Sentinel["Authentication"]!["Issuers"] = new JsonArray(new JsonObject
        {
            ["Authority"] = issuer.Authority,
            ["Audiences"] = new JsonArray(Audience),
            ["RequireHttpsMetadata"] = false,
        });
        return config;
    }

    // As long as tokens are: with the claims that issuers add.
    private static TestToken Token(TestIssuer issuer) => issuer.Token(Audience, "0f7c1b1e-7a52-4f0a-9a55-0a1b2c3d4e5f")
        .ExpiresIn(TimeSpan.FromHours(1))
        .With("roles", new JsonArray("reader", "another-role", "a-third-role"))
        .With("scope", "openid profile email tools:call")
        .With("azp", "6a1f2c9e-3b7d-4c58-9e1f-2a3b4c5d6e7f")
        .With("preferred_username", "somebody@example.com")
        .With("name", "Somebody Somewhere")
        .With("jti", "c1d2e3f4-a5b6-4789-8abc-def012345678");
}
