using System.Runtime.CompilerServices;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Authentication;

/// <summary>Everybody whom one snapshot can admit.</summary>
internal sealed record KnownCallers(ConfigurationSnapshot Snapshot, ApiKeys Keys, TokenCallers Tokens);

/// <summary>Finds the callers that go with a snapshot, and makes them once.</summary>
internal sealed class CallerDirectory(IssuerDirectory issuers, IssuerMetrics metrics, TimeProvider time)
{
    // Around a reload requests of two snapshots alternate; neither may cost the other its cached tokens.
    private readonly ConditionalWeakTable<ConfigurationSnapshot, KnownCallers> _all = [];
    private KnownCallers? _latest;

    public KnownCallers Of(ConfigurationSnapshot snapshot)
    {
        var latest = Volatile.Read(ref _latest);
        if (!ReferenceEquals(latest?.Snapshot, snapshot))
        {
            latest = _all.GetValue(snapshot, Make);
            Volatile.Write(ref _latest, latest);
        }

        return latest;
    }

    private KnownCallers Make(ConfigurationSnapshot snapshot) =>
        new(snapshot, new ApiKeys(snapshot), TokenCallers.Of(snapshot, issuers, metrics, time));
}
