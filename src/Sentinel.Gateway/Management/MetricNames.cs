using System.Collections.Frozen;
using System.Diagnostics.Metrics;

namespace Sentinel.Gateway.Management;

/// <summary>Which instruments <c>/metrics</c> shows, under which names, and with which labels.</summary>
/// <remarks>
/// An instrument does not say what its labels are before it has a value, and a metric with labels must not be shown
/// without; a test holds this list against what a gateway really shows.
/// </remarks>
internal static class MetricNames
{
    private const string RuntimeMeter = "System.Runtime";

    private static readonly string[] None = [];

    private static readonly FrozenDictionary<string, string[]> LabelsOf = new Dictionary<string, string[]>
    {
        ["dotnet.gc.collections"] = ["gc_heap_generation"],
        ["dotnet.gc.last_collection.heap.size"] = ["gc_heap_generation"],
        ["sentinel.authentication.failures"] = ["reason"],
        ["sentinel.backend.circuit.state"] = ["backend", "destination", "state"],
        ["sentinel.backend.circuit_opened"] = ["backend", "destination"],
        ["sentinel.backend.failed_over"] = ["backend", "destination"],
        ["sentinel.backend.healthy"] = ["backend", "destination"],
        ["sentinel.build.info"] = ["version"],
        ["sentinel.call.duration.seconds"] = ["backend", "tool", "outcome"],
        ["sentinel.call.first_byte.seconds"] = ["backend", "tool"],
        ["sentinel.call.gateway.seconds"] = ["backend", "tool"],
        ["sentinel.calls"] = ["backend", "outcome"],
        ["sentinel.edge.refused"] = ["reason"],
        ["sentinel.issuer.keys.age.seconds"] = ["address"],
        ["sentinel.issuer.refreshes"] = ["address", "outcome"],
        ["sentinel.list.items.hidden"] = ["backend"],
        ["sentinel.lists.unreadable"] = ["backend"],
        ["sentinel.messages"] = ["backend", "method"],
        ["sentinel.overloaded"] = ["limit"],
        ["sentinel.rate_limited"] = ["backend", "limit", "reason"],
        ["sentinel.refusals"] = ["backend", "reason"],
        ["sentinel.tools.unapproved"] = ["backend", "state"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Of the runtime's own, what tells whether the process itself is short of something.
    private static readonly FrozenSet<string> Runtime = new[]
    {
        "dotnet.gc.collections",
        "dotnet.gc.heap.total_allocated",
        "dotnet.gc.last_collection.heap.size",
        "dotnet.gc.pause.time",
        "dotnet.thread_pool.queue.length",
        "dotnet.thread_pool.thread.count",
        "dotnet.thread_pool.work_item.count",
    }.ToFrozenSet(StringComparer.Ordinal);

    // The runtime observes these two by counters, though they go down again.
    private static readonly FrozenSet<string> Gauges = new[]
    {
        "dotnet.thread_pool.queue.length",
        "dotnet.thread_pool.thread.count",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static bool IsGauge(string instrument) => Gauges.Contains(instrument);

    public static bool IsShown(Instrument instrument) =>
        instrument.Meter.Name.StartsWith("Sentinel.", StringComparison.Ordinal)
        || (instrument.Meter.Name == RuntimeMeter && Runtime.Contains(instrument.Name));

    public static IReadOnlyList<string> Labels(string instrument) => LabelsOf.GetValueOrDefault(instrument, None);

    /// <summary>The name of an instrument as Prometheus writes it; of the runtime's, with the unit.</summary>
    public static string Of(Instrument instrument, bool isCounter)
    {
        var unit = instrument.Meter.Name != RuntimeMeter ? "" : instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        return instrument.Name.Replace('.', '_') + unit + (isCounter ? "_total" : "");
    }
}
