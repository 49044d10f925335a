using System.Diagnostics.Metrics;

namespace Sentinel.Gateway.Authorization;

/// <summary>Counts refusals by limits. Every label's values stand in proxy.json.</summary>
internal sealed class LimitMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _limited = meters.Create("Sentinel.Gateway").CreateCounter<long>(
        "sentinel.rate_limited", description: "Exchanges refused because their caller has come to a limit.");

    public void Count(string backend, LimitDenial denial) => Count(backend, denial.Limit, denial.Reason);

    public void Count(string backend, string limit, string reason) => _limited.Add(
        1,
        new KeyValuePair<string, object?>("backend", backend),
        new KeyValuePair<string, object?>("limit", limit),
        new KeyValuePair<string, object?>("reason", reason));
}
