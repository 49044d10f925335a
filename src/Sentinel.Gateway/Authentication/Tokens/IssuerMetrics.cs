using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Sentinel.Gateway.Authentication;

/// <summary>Counts validations and fetches of keys, and tells how old keys are.</summary>
internal sealed class IssuerMetrics
{
    private readonly ConcurrentDictionary<(string Address, bool IsSuccess), long> _refreshes = [];
    private readonly Counter<long> _validations;
    private Func<IEnumerable<IssuerKeys>> _known = () => [];

    public IssuerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Sentinel.Gateway");
        _validations = meter.CreateCounter<long>(
            "sentinel.token.validations", description: "Tokens checked in full, which a cached one is not.");
        meter.CreateObservableCounter(
            "sentinel.issuer.refreshes", ReadRefreshes, description: "Fetches of an issuer's keys by outcome.");
        meter.CreateObservableGauge(
            "sentinel.issuer.keys.age.seconds", ReadAges, description: "Seconds since an issuer's keys were fetched.");
    }

    public void CountValidation() => _validations.Add(1);

    public void CountRefresh(string address, bool isSuccess) =>
        _refreshes.AddOrUpdate((address, isSuccess), 1, static (_, count) => count + 1);

    /// <summary>Says whose ages are told.</summary>
    public void Observe(Func<IEnumerable<IssuerKeys>> known) => _known = known;

    private IEnumerable<Measurement<long>> ReadRefreshes() =>
        from refresh in _refreshes
        select new Measurement<long>(
            refresh.Value,
            new KeyValuePair<string, object?>("address", refresh.Key.Address),
            new KeyValuePair<string, object?>("outcome", refresh.Key.IsSuccess ? "success" : "error"));

    private IEnumerable<Measurement<long>> ReadAges() =>
        from keys in _known()
        where keys.Age is not null
        select new Measurement<long>(
            (long)keys.Age!.Value.TotalSeconds,
            new KeyValuePair<string, object?>("address", keys.Source.Address));
}
