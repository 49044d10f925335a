using Sentinel.Benchmarks.Load;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>Who is compared with whom.</summary>
/// <param name="Baseline">Whom ratios are taken to.</param>
/// <param name="Entrants">Everybody by name, in the order of tables, and how each is started.</param>
internal sealed record Lineup(
    string Baseline,
    IReadOnlyList<(string Name, Func<Field, string, Task> AddAsync)> Entrants)
{
    public const string Direct = "direct";
    public const string Yarp = "YARP";
    public const string YarpAgain = "YARP again";
    public const string Nginx = "nginx";
    public const string HaProxy = "HAProxy";
    public const string Bare = "Sentinel";
    public const string WithJwt = "+ JWT";
    public const string WithRbac = "+ RBAC";
    public const string BestEffort = "+ BestEffort";
    public const string Durable = "+ Durable";
    public const string Strict = "+ Strict";

    /// <summary>Every step of the gateway among its opponents.</summary>
    public static Lineup System { get; } = new(
        Yarp,
        [
            (Direct, (field, name) => AddDirect(field, name)),
            (Yarp, (field, name) => field.AddYarpAsync(name)),
            (YarpAgain, (field, name) => field.AddYarpAsync(name)),
            (Nginx, (field, name) => field.AddNginxAsync(name)),
            (HaProxy, (field, name) => field.AddHaProxyAsync(name)),
            Gateway(Bare, new(KnowsCallers: false, 0), _ => null),
            Gateway(WithJwt, new(KnowsCallers: true, 0), Jwt),
            Gateway(WithRbac, new(KnowsCallers: true, GatewayStep.ManyRoles), Jwt),
            Gateway(BestEffort, new(KnowsCallers: true, GatewayStep.ManyRoles, "BestEffort"), Jwt),
            Gateway(Durable, new(KnowsCallers: true, GatewayStep.ManyRoles, "Durable"), Jwt),
            Gateway(Strict, new(KnowsCallers: true, GatewayStep.ManyRoles, "Strict"), Jwt),
        ]);

    /// <summary>What it costs to know who calls: nobody, a key, a token.</summary>
    public static Lineup Callers { get; } = new(
        "anonymous",
        [
            Gateway("anonymous", new(KnowsCallers: false, 0), _ => null),
            Gateway("anonymous again", new(KnowsCallers: false, 0), _ => null),
            Gateway("API key", new(KnowsCallers: true, 0), _ => ToolCallBytes.ApiKeyHeader),
            Gateway("JWT, RS256", new(KnowsCallers: true, 0), Jwt),
        ]);

    /// <summary>What each guarantee costs, and the embedded store.</summary>
    public static Lineup Guarantees { get; } = new(
        "off",
        [
            Gateway("off", new(KnowsCallers: true, GatewayStep.ManyRoles), Jwt),
            Gateway("off again", new(KnowsCallers: true, GatewayStep.ManyRoles), Jwt),
            Gateway("BestEffort", new(KnowsCallers: true, GatewayStep.ManyRoles, "BestEffort"), Jwt),
            Gateway("Durable", new(KnowsCallers: true, GatewayStep.ManyRoles, "Durable"), Jwt),
            Gateway("Strict", new(KnowsCallers: true, GatewayStep.ManyRoles, "Strict"), Jwt),
            Gateway("Durable, SQLite", new(true, GatewayStep.ManyRoles, "Durable", IsEmbedded: true), Jwt),
        ]);

    /// <summary>Starts them, or those of them that are named, and the baseline in any case.</summary>
    /// <exception cref="FormatException">A name that there is not.</exception>
    public async Task<Field> StartAsync(IReadOnlyList<string> only)
    {
        var unknown = only.Except(Entrants.Select(entrant => entrant.Name), StringComparer.OrdinalIgnoreCase).ToList();
        if (unknown.Count > 0)
        {
            var known = string.Join(", ", Entrants.Select(entrant => entrant.Name));
            throw new FormatException($"There is no '{unknown[0]}': {known}.");
        }

        var field = await Field.StartAsync();
        try
        {
            foreach (var (name, addAsync) in Entrants.Where(entrant => IsWanted(entrant.Name)))
            {
                await addAsync(field, name);
            }

            return field;
        }
        catch
        {
            await field.DisposeAsync();
            throw;
        }

        bool IsWanted(string name) =>
            only.Count == 0 || name == Baseline || only.Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    private static (string Name, Func<Field, string, Task> AddAsync) Gateway(
        string name,
        GatewayStep step,
        Func<Credentials, string?> credential) =>
        (name, (field, own) => field.AddSentinelAsync(own, step, credential(field.Credentials)));

    private static string Jwt(Credentials credentials) => credentials.Jwt;

    private static Task AddDirect(Field field, string name)
    {
        field.Add(Contender.Direct(field.Backend, name));
        return Task.CompletedTask;
    }
}
