using System.Diagnostics.Metrics;

namespace Sentinel.Gateway.Authorization.Lists;

/// <summary>Counts by backend what callers were not shown, and lists that could not be read.</summary>
internal sealed class ListMetrics
{
    private readonly Counter<long> _hidden;
    private readonly Counter<long> _unreadable;

    public ListMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Sentinel.Gateway");
        _hidden = meter.CreateCounter<long>(
            "sentinel.list.items.hidden", description: "Items cut out of lists because their caller may not use them.");
        _unreadable = meter.CreateCounter<long>(
            "sentinel.lists.unreadable",
            description: "Lists of backends that could not be read and were not passed on.");
    }

    public void Hidden(string backend, int count)
    {
        if (count > 0)
        {
            _hidden.Add(count, new KeyValuePair<string, object?>("backend", backend));
        }
    }

    public void Unreadable(string backend) =>
        _unreadable.Add(1, new KeyValuePair<string, object?>("backend", backend));
}
