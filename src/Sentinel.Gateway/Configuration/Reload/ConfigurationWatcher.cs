using System.Diagnostics.Metrics;
using System.Text.Json;
using Sentinel.Gateway.Configuration.Binding;
using Sentinel.Gateway.Configuration.Tls;

namespace Sentinel.Gateway.Configuration.Reload;

/// <summary>Looks at proxy.json again and again, and publishes what is new and valid.</summary>
internal sealed partial class ConfigurationWatcher : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A file of another kind can have a fault on every line; `sentinel check` prints them all.
    private const int FaultsLoggedAtMost = 50;

    private static readonly IReadOnlyList<(string Name, Func<ConfigurationSnapshot, string> Write)> KeysAtStart =
        [.. FindKeysAtStart()];

    private readonly ConfigurationSource _source;
    private readonly TimeProvider _time;
    private readonly ILogger<ConfigurationWatcher> _logger;
    private readonly Counter<long> _reloaded;
    private readonly Counter<long> _failed;
    private IReadOnlyCollection<string> _named;
    private string _judged;
    private string _lastSeen;
    private volatile bool _isValid = true;

    public ConfigurationWatcher(
        ConfigurationSource source,
        TimeProvider time,
        IMeterFactory meters,
        ILogger<ConfigurationWatcher> logger)
    {
        _source = source;
        _time = time;
        _logger = logger;
        _source.LoadedAt = time.GetUtcNow();
        _named = source.FilesAtStart.Paths;
        _judged = _lastSeen = source.StartIdentity + source.FilesAtStart.Identity;
        var meter = meters.Create("Sentinel.Gateway");
        _reloaded = meter.CreateCounter<long>(
            "sentinel.config.reloaded", description: "Publications of a changed proxy.json.");
        _failed = meter.CreateCounter<long>(
            "sentinel.config.reload.failed", description: "Contents of proxy.json that could not be used.");
        meter.CreateObservableGauge(
            "sentinel.config.valid",
            () => _isValid ? 1 : 0,
            description: "0 while proxy.json, or a file that it names, is faulty and an earlier one stays in force.");
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        LogWarnings(_source.Current);
        return base.StartAsync(cancellationToken);
    }

    /// <summary>One look at the file.</summary>
    /// <remarks>A change counts when two looks in a row saw the same, so that no writer is caught half-way.</remarks>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        var look = await ConfigurationFile.LookAsync(_source.Path, cancellationToken);
        var seen = look.Identity + NamedFiles.IdentityNow(_named);
        var isSettled = string.Equals(seen, _lastSeen, StringComparison.Ordinal);
        _lastSeen = seen;
        if (!isSettled || string.Equals(seen, _judged, StringComparison.Ordinal))
        {
            return;
        }

        var result = await _source.ReadNextAsync(look);
        // Only now: a reading that broke is tried again at the next look.
        // With what the reading itself found, for it may have been led to other files, or found them changed again.
        _named = result.Files.Paths;
        _judged = _lastSeen = look.Identity + result.Files.Identity;
        _isValid = result.Snapshot is { KeptCertificates.Count: 0 };
        if (result.Snapshot is { } snapshot)
        {
            Publish(snapshot);
            TellOfKept(snapshot);
            return;
        }

        _failed.Add(1);
        var faults = string.Join("; ", result.Faults.Take(FaultsLoggedAtMost));
        _source.LastFault = new ReloadFault(faults, _time.GetUtcNow());
        LogReloadFailed(_source.Path, _source.Current.Version, result.Faults.Count, faults);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await LookSafelyAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task LookSafelyAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LookAsync(stoppingToken);
        }
        // An exception that left the loop would stop the host, or leave the file unwatched for good.
        catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            LogLookFailed(e, _source.Path);
        }
    }

    private void Publish(ConfigurationSnapshot snapshot)
    {
        var previous = _source.Current;
        try
        {
            _source.LoadedAt = _time.GetUtcNow();
            _source.Publish(snapshot);
        }
        // What listeners throw arrives together, after the snapshot is in force: it is a publication all the same.
        catch (AggregateException e)
        {
            LogListenerFailed(e, snapshot.Version);
        }

        _reloaded.Add(1);
        LogReloaded(snapshot.Version, snapshot.Routes.Count, snapshot.Sentinel.Rbac.Roles.Count);
        LogWarnings(snapshot);
        foreach (var (name, write) in KeysAtStart)
        {
            var now = write(snapshot);
            if (now != write(previous) && now != write(_source.AtStart))
            {
                LogTakesEffectAtNextStart(name);
            }
        }
    }

    // Whole sections, and single keys of others.
    private static IEnumerable<(string Name, Func<ConfigurationSnapshot, string> Write)> FindKeysAtStart()
    {
        foreach (var section in RecordShape.Of(typeof(SentinelOptions)).Keys)
        {
            if (section.ActsAtStart)
            {
                yield return (section.Name, snapshot => Write(section, snapshot.Sentinel));
                continue;
            }

            if (section.Value.Kind is not ShapeKind.Record)
            {
                continue;
            }

            foreach (var key in RecordShape.Of(section.Value.Type).Keys.Where(key => key.ActsAtStart))
            {
                yield return (
                    $"{section.Name}.{key.Name}",
                    snapshot => section.Property.GetValue(snapshot.Sentinel) is { } options ? Write(key, options) : "");
            }
        }
    }

    // By content: a record that comes to hold a list would compare it by reference.
    private static string Write(KeyShape key, object options) =>
        JsonSerializer.Serialize(key.Property.GetValue(options), key.Value.Type);

    private void TellOfKept(ConfigurationSnapshot snapshot)
    {
        if (snapshot.KeptCertificates.Count > 0)
        {
            _failed.Add(1);
            var kept = string.Join("; ", snapshot.KeptCertificates);
            _source.LastFault = new ReloadFault(kept, _time.GetUtcNow());
            LogCertificatesKept(kept);
        }
    }

    private void LogWarnings(ConfigurationSnapshot snapshot)
    {
        foreach (var warning in snapshot.Warnings)
        {
            LogWarning(warning);
        }
    }

    [LoggerMessage(
        1000,
        LogLevel.Information,
        "Configuration version {Version} is in force; routes: {RouteCount}, roles: {RoleCount}.")]
    private partial void LogReloaded(long version, int routeCount, int roleCount);

    [LoggerMessage(
        1001,
        LogLevel.Error,
        "{Path} cannot be used, version {Version} stays in force. Faults ({FaultCount}): {Faults}")]
    private partial void LogReloadFailed(string path, long version, int faultCount, string faults);

    [LoggerMessage(1002, LogLevel.Warning, "The change of Sentinel.{Section} takes effect at the next start.")]
    private partial void LogTakesEffectAtNextStart(string section);

    [LoggerMessage(1003, LogLevel.Warning, "{Warning}")]
    private partial void LogWarning(string warning);

    [LoggerMessage(1004, LogLevel.Error, "Looking at {Path} failed; the next look comes in a second.")]
    private partial void LogLookFailed(Exception exception, string path);

    [LoggerMessage(1006, LogLevel.Error, "A certificate cannot be used, the one before stays in force: {Faults}")]
    private partial void LogCertificatesKept(string faults);

    [LoggerMessage(1005, LogLevel.Error, "A part of the gateway failed to take over configuration version {Version}.")]
    private partial void LogListenerFailed(Exception exception, long version);
}
