using System.Collections.Concurrent;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Authentication;

/// <summary>Every issuer's keys, across changes of configuration; fetches them ahead of the first call.</summary>
internal sealed class IssuerDirectory : BackgroundService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<MetadataSource, IssuerKeys> _keys = [];
    private readonly ConfigurationSource _configuration;
    private readonly MetadataReader _reader;
    private readonly IssuerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<IssuerKeys> _logger;
    private ConfigurationSnapshot? _seen;

    public IssuerDirectory(
        ConfigurationSource configuration,
        MetadataReader reader,
        IssuerMetrics metrics,
        TimeProvider time,
        ILogger<IssuerKeys> logger)
    {
        _configuration = configuration;
        _reader = reader;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        metrics.Observe(() => _keys.Values);
    }

    public IssuerKeys Of(MetadataSource source) => _keys.GetOrAdd(
        source, static (s, self) => new IssuerKeys(s, self._reader, self._metrics, self._time, self._logger), this);

    /// <summary>Begins every fetch that is due. Issuers that left the configuration are forgotten.</summary>
    internal void Look()
    {
        var current = _configuration.Current;
        if (!ReferenceEquals(current, _seen))
        {
            _seen = current;
            Adopt(current.Sentinel.Authentication);
        }

        foreach (var keys in _keys.Values.Where(keys => keys.IsDue))
        {
            _ = keys.RefreshAsync();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookInterval, _time);
        try
        {
            do
            {
                Look();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    // The keys of Entra ID's version 1 are fetched when the first such token comes, as its own library does.
    private void Adopt(AuthenticationOptions? authentication)
    {
        List<MetadataSource> wanted = [.. authentication?.Issuers.Select(MetadataSource.Of) ?? []];
        var old = authentication?.AzureAd is { } entra ? MetadataSource.OldOf(entra) : null;
        if (authentication?.AzureAd is not null)
        {
            wanted.Add(MetadataSource.Of(authentication.AzureAd));
        }

        foreach (var source in wanted)
        {
            Of(source);
        }

        foreach (var source in _keys.Keys.Except(wanted).Where(source => source != old))
        {
            _keys.TryRemove(source, out _);
        }
    }
}
