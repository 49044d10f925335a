using System.Collections;
using System.Diagnostics;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Management.Telemetry;

/// <summary>What every log line of an exchange says besides its own: the request id and the trace id.</summary>
/// <param name="exchange">Whose lines they are.</param>
/// <param name="traceParent">The client's header, for where no span is made.</param>
internal sealed class ExchangeScope(McpExchange exchange, string? traceParent)
    : IReadOnlyList<KeyValuePair<string, object?>>
{
    public Activity? Span => exchange.Span;

    public int Count => TraceId is null ? 1 : 2;

    private string? TraceId => Span?.TraceId.ToHexString() ?? TraceContext.TraceId(traceParent);

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("RequestId", exchange.RequestIdText),
        1 when TraceId is { } trace => new("TraceId", trace),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() =>
        string.Join(", ", this.Select(pair => $"{pair.Key}: {pair.Value}"));
}
