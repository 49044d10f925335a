using Sentinel.Benchmarks.Load;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>What the load does.</summary>
internal static class Shapes
{
    /// <summary>What every figure is measured with unless it says otherwise.</summary>
    public static readonly Shape Small = new("600 B, 32 clients");

    /// <summary>Closed loops of other sizes, kinds and numbers of clients.</summary>
    public static readonly IReadOnlyList<Shape> Others =
    [
        new("1 client", Connections: 1),
        new("256 clients", Connections: 256),
        new("1,000 clients", Connections: 1000),
        new("a connection each", IsNewConnection: true),
        new("64 KB of JSON", RequestBytes: 64 * 1024),
        new("1 MB of JSON", Connections: 8, RequestBytes: 1024 * 1024),
        new("1 event", Answer: new WantedAnswer(1, 200)),
        new("100 events", Answer: new WantedAnswer(100, 200)),
    ];

    /// <summary>Fixed rates, for latency.</summary>
    public static IReadOnlyList<Shape> AtRates(IEnumerable<int> rates) =>
        [.. rates.Select(rate => new Shape(FormattableString.Invariant($"{rate:N0}/s"), PerSecond: rate))];
}
