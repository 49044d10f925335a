using System.Text.Json;
using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests.LoadBalancing;

/// <summary>HAProxy, three gateways behind it, three MCP servers with sessions behind those, and one PostgreSQL.</summary>
internal sealed class BalancedWorld : IAsyncDisposable
{
    private const string Backend = "mcp";

    private readonly TemporaryFolder _logs = new();
    private readonly Dictionary<string, string?> _environment;
    private readonly bool _sealsWithOneKey;

    private BalancedWorld(PostgresServer postgres, string database, bool sealsWithOneKey)
    {
        Postgres = postgres;
        Database = database;
        _sealsWithOneKey = sealsWithOneKey;
        _environment = EndToEnd.Tests.Postgres.Environment(postgres, database);
        _environment[ProxyConfig.SessionKeysVariable] = new('5', 64);
    }

    public PostgresServer Postgres { get; }

    public string Database { get; }

    /// <summary>What they call themselves is <c>server-a</c>, <c>server-b</c> … in the order of destinations.</summary>
    public List<SampleServerProcess> Servers { get; } = [];

    public List<GatewayProcess> Gateways { get; } = [];

    public HaProxyProcess Balancer { get; private set; } = null!;

    public Uri Url => new(Balancer.Url, $"{Backend}/mcp");

    /// <param name="postgres">The database server.</param>
    /// <param name="sealsWithOneKey">False: each gateway seals sessions with a random key of its own.</param>
    public static async Task<BalancedWorld> StartAsync(PostgresServer postgres, bool sealsWithOneKey)
    {
        var world = new BalancedWorld(postgres, await postgres.NewDatabaseAsync(), sealsWithOneKey);
        try
        {
            for (var name = 'a'; name <= 'c'; name++)
            {
                world.Servers.Add(
                    await SampleServerProcess.StartAsync("sse", world.LogOf(name), name: $"server-{name}"));
            }

            while (world.Gateways.Count < 3)
            {
                world.Gateways.Add(await GatewayProcess.StartAsync(world.Config(), world._environment));
            }

            world.Balancer = await HaProxyProcess.StartAsync([.. world.Gateways.Select(gateway => gateway.Url)]);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>Changes a gateway's process in some way, and waits until HAProxy sends it traffic again.</summary>
    public async Task RestartAsync(int gateway, Func<GatewayProcess, Task> restart)
    {
        var returns = Balancer.Returns(gateway + 1);
        await restart(Gateways[gateway]);
        await Eventually.TrueAsync(
            () => Balancer.Returns(gateway + 1) > returns, $"HAProxy sees gateway {gateway + 1} again");
    }

    /// <summary>Takes a server's address out of proxy.json of every gateway, and waits until all have seen it.</summary>
    public async Task RemoveDestinationAsync(string name)
    {
        var config = Config();
        config.ReverseProxy["Clusters"]![Backend]!["Destinations"]!.AsObject().Remove(name);
        foreach (var gateway in Gateways)
        {
            // Replaced as a whole, as every careful editor and Kubernetes do.
            var next = gateway.ConfigPath + ".next";
            await File.WriteAllTextAsync(next, config.ToJson());
            File.Move(next, gateway.ConfigPath, overwrite: true);
        }

        await Task.WhenAll(Gateways.Select(gateway => gateway.Process.WaitForLineAsync(
            line => line.Contains("Configuration version 2 is in force", StringComparison.Ordinal))));
    }

    /// <summary>The request id of every execution that a server began; a killed one's are in its file too.</summary>
    public IReadOnlyList<Guid> Executions() =>
    [
        .. from name in "abc"
           from line in File.ReadLines(LogOf(name))
           let call = JsonSerializer.Deserialize<SampleCall>(line, JsonSerializerOptions.Web)!
           where call.Outcome == "started"
           select Guid.Parse(call.SentinelRequestId!),
    ];

    /// <summary>Runs <c>sentinel audit verify</c> over all rows.</summary>
    public Task<(int ExitCode, string Output)> VerifyAsync() =>
        Cli.RunAsync(["audit", "verify", "--config", Gateways[0].ConfigPath], _environment);

    public async ValueTask DisposeAsync()
    {
        if (Balancer is not null)
        {
            await Balancer.DisposeAsync();
        }

        foreach (var gateway in Gateways)
        {
            await gateway.DisposeAsync();
        }

        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }

        _logs.Dispose();
    }

    private string LogOf(char server) => _logs.File($"{server}.jsonl");

    private ProxyConfig Config()
    {
        var config = new ProxyConfig()
            .Backend(Backend, [.. Servers.Select(server => server.Url)])
            .ApiKey("tester", EndToEnd.Tests.Servers.TesterKey, "tester")
            .Role("tester", allow: ["*"])
            .AuditToPostgres();
        config.ReverseProxy["Clusters"]![Backend]!["LoadBalancingPolicy"] = "RoundRobin";
        config.Sentinel["TrustedProxies"] = new JsonArray("127.0.0.1");
        config.Sentinel["Shutdown"] = new JsonObject { ["LoadBalancerSeconds"] = 5, ["DrainSeconds"] = 5 };

        // An answer that came through another replica closes no row here: let it not be waited for too long.
        var sessions = new JsonObject { ["AnswerWaitSeconds"] = 5 };
        if (_sealsWithOneKey)
        {
            sessions["KeysEnv"] = ProxyConfig.SessionKeysVariable;
        }

        config.Sentinel["Sessions"] = sessions;
        return config;
    }
}
