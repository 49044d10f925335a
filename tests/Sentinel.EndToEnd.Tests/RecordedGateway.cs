using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>A gateway that records into a database which was empty when it started.</summary>
public sealed class RecordedGateway : IAsyncLifetime
{
    private readonly Servers _servers;
    private readonly Postgres _postgres;
    private readonly Lazy<Task> _started;

    public RecordedGateway(Servers servers, Postgres postgres)
    {
        _servers = servers;
        _postgres = postgres;
        _started = new(StartAsync);
    }

    public GatewayProcess Gateway { get; private set; } = null!;

    internal AuditTable Table { get; private set; } = null!;

    /// <summary>Skips the running test where there is no PostgreSQL.</summary>
    public Task StartedAsync() => _started.Value;

    /// <summary>How long a call whose stream has ended waits for its answer on another.</summary>
    public const int AnswerWaitSeconds = 4;

    /// <summary>The rows of that client, once there are so many and no more were on their way.</summary>
    internal async Task<IReadOnlyList<Row>> RowsAsync(string client, int count)
    {
        await Eventually.HoldsAsync(async () => (await Table.RowsAsync(client)).Count >= count);
        await FenceAsync(client);
        var rows = await Table.RowsAsync(client);
        Assert.Equal(count, rows.Count);
        return rows;
    }

    /// <summary>The one row of that client's one call, once every row that was on its way has arrived.</summary>
    internal async Task<Row> OnlyRowAsync(string client) => Assert.Single(await RowsAsync(client, 1));

    /// <summary>Returns once every row that was on its way has arrived.</summary>
    internal async Task FenceAsync(string client)
    {
        // Rows come in order: whatever a call left is there before the row of a call made after it.
        var fence = $"after-{client}-{Guid.NewGuid():n}";
        await Rpc.CallAsync(new Uri(Gateway.Url, "gone/mcp"), Servers.TesterKey, "echo", client: fence);
        await Eventually.HoldsAsync(async () => (await Table.RowsAsync(fence)).Count > 0);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null)
        {
            await Gateway.DisposeAsync();
        }
    }

    private async Task StartAsync()
    {
        var server = await _postgres.ServerAsync();
        var database = await server.NewDatabaseAsync();
        var config = new ProxyConfig()
            .Backend("sample", _servers.Sample.Url)
            .Backend("sample-json", _servers.SampleJson.Url)
            .Backend("raw", _servers.Raw.Url)
            .Backend("stalled", _servers.Raw.Url)
            .Backend("gone", NobodyListens())
            .ApiKey("tester", Servers.TesterKey, "tester")
            .ApiKey("limited", Servers.LimitedKey, "limited")
            .Role("tester", allow: ["*", "prompt:*", "resource:*"])
            .Role("limited", allow: ["sample/*"], deny: ["sample/fail"])
            .Disable("sample/big")
            .AuditToPostgres();
        config.Sentinel["Sessions"] = new JsonObject { ["AnswerWaitSeconds"] = AnswerWaitSeconds };
        config.ReverseProxy["Clusters"]!["stalled"]!["HttpRequest"] = new JsonObject
        {
            ["ActivityTimeout"] = "00:00:01",
        };
        Gateway = await GatewayProcess.StartAsync(config, Postgres.Environment(server, database));
        Table = AuditTable.Of(server, database);
        await Eventually.HoldsAsync(async () => (await Table.CountAsync()).Rows == 0);
        await Gateway.Process.WaitForLineAsync(line => line.Contains("Audit schema brought up", StringComparison.Ordinal));
    }

    private static Uri NobodyListens()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}/");
    }
}
