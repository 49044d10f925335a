using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Authorization;

/// <summary>Counts messages that reached the policy by backend and method; unknown methods together as one.</summary>
/// <remarks>Labels are the methods that revisions define, so that clients cannot make up new ones.</remarks>
internal sealed class MethodMetrics
{
    public const string Unknown = "unknown";

    private readonly ConcurrentDictionary<string, long[]> _messages = new(StringComparer.Ordinal);

    public MethodMetrics(IMeterFactory meters) =>
        meters.Create("Sentinel.Gateway").CreateObservableCounter(
            "sentinel.messages", Read, description: "Requests and notifications of admitted callers by method.");

    public void Count(string backend, McpMethod? method)
    {
        var counts = _messages.GetOrAdd(backend, static _ => new long[McpMethods.All.Count + 1]);
        Interlocked.Increment(ref counts[method?.Index ?? McpMethods.All.Count]);
    }

    private IEnumerable<Measurement<long>> Read()
    {
        foreach (var (backend, counts) in _messages)
        {
            for (var i = 0; i < counts.Length; i++)
            {
                if (Interlocked.Read(ref counts[i]) is > 0 and var count)
                {
                    yield return new Measurement<long>(
                        count,
                        new KeyValuePair<string, object?>("backend", backend),
                        new KeyValuePair<string, object?>(
                            "method", i < McpMethods.All.Count ? McpMethods.All[i].Name : Unknown));
                }
            }
        }
    }
}
