using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sentinel.Audit;

namespace Sentinel.Gateway.Recording;

/// <summary>Counts finished calls by backend and outcome.</summary>
/// <remarks>Plain numbers that are read when somebody asks: a call pays no listener and no labels.</remarks>
internal sealed class CallMetrics
{
    private static readonly string[] Outcomes = ["success", "error", "denied"];

    private readonly ConcurrentDictionary<string, long[]> _calls = new(StringComparer.Ordinal);

    public CallMetrics(IMeterFactory meters) =>
        meters.Create("Sentinel.Gateway").CreateObservableCounter(
            "sentinel.calls", Read, description: "Finished tools/call requests of admitted callers.");

    public void Count(string backend, AuditOutcome outcome)
    {
        var counts = _calls.GetOrAdd(backend, static _ => new long[Outcomes.Length]);
        Interlocked.Increment(ref counts[(int)outcome]);
    }

    private IEnumerable<Measurement<long>> Read()
    {
        foreach (var (backend, counts) in _calls)
        {
            for (var i = 0; i < counts.Length; i++)
            {
                if (Interlocked.Read(ref counts[i]) is > 0 and var count)
                {
                    yield return new Measurement<long>(
                        count,
                        new KeyValuePair<string, object?>("backend", backend),
                        new KeyValuePair<string, object?>("outcome", Outcomes[i]));
                }
            }
        }
    }
}
