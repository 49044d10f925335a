using System.Globalization;

namespace Sentinel.Tests.Shared;

/// <summary>
/// A gateway in a process of its own, and rounds of clients that abandon sessions, leave streams half open, stop
/// reading and stop sending.
/// </summary>
public sealed class SoakRun : IAsyncDisposable
{
    private const string Key = "soak-key-0123456789abcdef";

    private readonly SoakBackend _backend;
    private readonly GatewayProcess _gateway;
    private readonly HttpClient _http = new();

    private SoakRun(SoakBackend backend, GatewayProcess gateway)
    {
        _backend = backend;
        _gateway = gateway;
    }

    public static async Task<SoakRun> StartAsync()
    {
        var backend = await SoakBackend.StartAsync();
        var config = new ProxyConfig()
            .Backend("raw", backend.Url)
            .ApiKey("soak", Key, "soak")
            .Role("soak", allow: ["*"])
            .AuditToSqlite("audit.db");
        return new SoakRun(backend, await GatewayProcess.StartAsync(config));
    }

    /// <summary>One round: so many clients of each kind come, hold what they have, and are gone.</summary>
    /// <param name="clientsOfEachKind">There are four kinds that hold a connection, and one that does not.</param>
    /// <param name="hold">How long they hold on once all are there.</param>
    /// <exception cref="TimeoutException">The gateway kept connections whose clients had gone.</exception>
    public async Task<SoakRound> RoundAsync(int clientsOfEachKind, TimeSpan hold = default)
    {
        using var clients = new CarelessClients(_gateway.Url, Key);
        for (var i = 0; i < clientsOfEachKind; i++)
        {
            await clients.AbandonSessionAsync();
            await clients.OpenStreamAsync();
            await clients.ReadSlowlyAsync();
            await clients.SendHalfHeadersAsync();
            await clients.SendHalfBodyAsync();
        }

        if (hold > TimeSpan.Zero)
        {
            await Task.Delay(hold);
        }

        var streams = await MetricAsync("sentinel_streams_open");
        var held = clients.Held;
        var (socketsHeld, rssHeld) = (Sockets(), Rss());
        clients.Dispose();
        await Eventually.TrueAsync(async () => await MetricAsync("sentinel_connections_open") == 0, "all are returned");
        await Eventually.TrueAsync(
            async () => await MetricAsync("sentinel_streams_open") + await MetricAsync("sentinel_requests_running") == 0,
            "nothing is under way");
        return new SoakRound(held, streams, socketsHeld, rssHeld, Sockets(), Rss(), Handles());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _gateway.DisposeAsync();
        await _backend.DisposeAsync();
    }

    private async Task<long> MetricAsync(string name)
    {
        var text = await _http.GetStringAsync(new Uri(_gateway.ManagementUrl, "metrics"));
        var line = text.Split('\n').First(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return long.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    private int Sockets() => Descriptors().Count(link => link.StartsWith("socket:", StringComparison.Ordinal));

    private int Handles() => Descriptors().Count();

    private IEnumerable<string> Descriptors() =>
        from path in Directory.GetFiles($"/proc/{_gateway.Process.Id}/fd")
        let target = Target(path)
        where target is not null
        select target;

    // Null for one that has been closed meanwhile.
    private static string? Target(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private long Rss()
    {
        const string Name = "VmRSS:";
        var line = File.ReadLines($"/proc/{_gateway.Process.Id}/status")
            .Single(line => line.StartsWith(Name, StringComparison.Ordinal));
        return long.Parse(line[Name.Length..^"kB".Length], CultureInfo.InvariantCulture) * 1024;
    }
}

/// <summary>What the gateway had while a round's clients held on, and after they were gone.</summary>
/// <param name="Held">Connections that clients held.</param>
/// <param name="StreamsHeld">Listening streams that were open then.</param>
/// <param name="SocketsHeld">Sockets of the gateway then: to clients, to the backend, its own.</param>
/// <param name="RssHeldBytes">Resident memory then.</param>
/// <param name="SocketsAfter">Sockets once the clients were gone.</param>
/// <param name="RssAfterBytes">Resident memory then.</param>
/// <param name="HandlesAfter">Open files then, sockets included.</param>
public sealed record SoakRound(
    int Held,
    long StreamsHeld,
    int SocketsHeld,
    long RssHeldBytes,
    int SocketsAfter,
    long RssAfterBytes,
    int HandlesAfter);
