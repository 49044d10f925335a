using System.Diagnostics.Metrics;
using Sentinel.Audit;

namespace Sentinel.Gateway.Recording;

/// <summary>Counts finished calls by backend and outcome.</summary>
internal sealed class CallMetrics
{
    private static readonly string[] Outcomes = ["success", "error", "denied"];

    private readonly Counter<long> _calls;

    public CallMetrics(IMeterFactory meters) =>
        _calls = meters.Create("Sentinel.Gateway").CreateCounter<long>(
            "sentinel.calls", description: "Finished tools/call requests of admitted callers.");

    public void Count(string backend, AuditOutcome outcome) => _calls.Add(
        1,
        new KeyValuePair<string, object?>("backend", backend),
        new KeyValuePair<string, object?>("outcome", Outcomes[(int)outcome]));
}
