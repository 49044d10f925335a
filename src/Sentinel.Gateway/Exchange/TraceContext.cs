using System.Diagnostics;

namespace Sentinel.Gateway.Exchange;

/// <summary>Reads what clients say of their trace, as W3C Trace Context writes it.</summary>
internal static class TraceContext
{
    private const int StateCharsMax = 512;

    /// <summary>The trace id in a <c>traceparent</c>, as it stands there; null where there is none.</summary>
    public static string? TraceId(string? traceParent) =>
        traceParent is { Length: >= 55 } && traceParent[2] == '-' && traceParent[35] == '-' ? traceParent[3..35] : null;

    /// <summary>
    /// Reads a <c>traceparent</c> strictly. A <c>tracestate</c> that could not be a header is as good as none.
    /// </summary>
    public static bool TryParse(string? traceParent, string? traceState, out ActivityContext context)
    {
        // The framework's own reader takes any separator.
        if (traceParent is not { Length: 55 }
            || traceParent[2] != '-'
            || traceParent[35] != '-'
            || traceParent[52] != '-'
            || !ActivityContext.TryParse(traceParent, null, isRemote: true, out var parsed)
            || parsed.TraceId == default
            || parsed.SpanId == default)
        {
            context = default;
            return false;
        }

        context = new ActivityContext(
            parsed.TraceId, parsed.SpanId, parsed.TraceFlags, IsState(traceState) ? traceState : null, isRemote: true);
        return true;
    }

    private static bool IsState(string? text) =>
        text is { Length: > 0 and <= StateCharsMax } && text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0;
}
