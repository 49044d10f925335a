using System.Collections.Concurrent;
using System.Text.Json;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Mcp.Lists;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Authorization.Pinning;

/// <summary>
/// Asks pinned backends for their tools itself, so that a call is judged also where no client has listed them yet:
/// before the gateway serves, after each change of the configuration, and once a minute.
/// </summary>
internal sealed partial class BackendToolWatch(
    ConfigurationSource configuration,
    SeenTools seen,
    TimeProvider time,
    ILogger<BackendToolWatch> logger)
    : BackgroundService
{
    /// <summary>How old what is known of a backend's tools may be.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, string> _problems = new(StringComparer.Ordinal);
    private long _version;
    private long _lookedAt;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (configuration.Current.Version != _version || time.GetElapsedTime(_lookedAt) >= Interval)
                {
                    await LookAsync(stoppingToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var snapshot = configuration.Current;
        _version = snapshot.Version;
        _lookedAt = time.GetTimestamp();
        var destinations =
            from backend in snapshot.Pins.Backends
            join cluster in snapshot.Clusters on backend equals cluster.ClusterId
            from destination in cluster.Destinations ?? new Dictionary<string, DestinationConfig>()
            select LookAsync(snapshot, backend, destination.Key, new Uri(destination.Value.Address), cancellationToken);
        await Task.WhenAll(destinations.ToList());
    }

    private async Task LookAsync(
        ConfigurationSnapshot snapshot,
        string backend,
        string destination,
        Uri address,
        CancellationToken cancellationToken)
    {
        var id = $"{backend}/{destination}";
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            await using var client = await BackendLists.ConnectAsync(
                address, [], snapshot.Backends.GetValueOrDefault(backend)?.Tls, timeout.Token);
            foreach (var item in await BackendLists.ReadAsync(client, ListKind.Tools, timeout.Token))
            {
                if (item.ValueKind == JsonValueKind.Object
                    && item.TryGetProperty("name", out var name)
                    && name.ValueKind == JsonValueKind.String)
                {
                    seen.See(snapshot.Pins, backend, name.GetString()!, JsonSerializer.SerializeToUtf8Bytes(item));
                }
            }

            _problems.TryRemove(id, out _);
        }
        // Whatever a server can do wrong: the others are to be asked as well, and this one again in a minute.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            var problem = e is OperationCanceledException ? "no answer in time" : e.GetBaseException().Message;
            if (_problems.GetValueOrDefault(id) != problem)
            {
                _problems[id] = problem;
                LogFailed(id, FaultText.OneLine(problem));
            }
        }
    }

    [LoggerMessage(
        7111,
        LogLevel.Warning,
        "The tools of {Destination} cannot be compared with the approved ones until a client lists them: {Problem}")]
    private partial void LogFailed(string destination, string problem);
}
