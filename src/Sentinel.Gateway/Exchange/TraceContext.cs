using System.Buffers;
using System.Diagnostics;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Exchange;

/// <summary>Reads what clients say of their trace, as W3C Trace Context writes it.</summary>
internal static class TraceContext
{
    // version "-" trace-id "-" parent-id "-" flags
    private const int ParentChars = 55;

    private const int StateCharsMax = 512;

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>The trace id in a <c>traceparent</c>, as it stands there; null where there is none.</summary>
    public static string? TraceId(string? traceParent) => IsParent(traceParent) ? traceParent![3..35] : null;

    /// <summary>The trace that a request belongs to where no span is made: the header's, else the message's own.
    /// </summary>
    public static string? TraceId(string? header, McpMessage? message) =>
        TraceId(header) ?? TraceId(message?.TraceParent);

    /// <summary>
    /// Reads a <c>traceparent</c> strictly, of a later version what this one knows of it. A <c>tracestate</c> that
    /// could not be a header is as good as none.
    /// </summary>
    public static bool TryParse(string? traceParent, string? traceState, out ActivityContext context)
    {
        // The framework's own reader takes any separator and ids that are all zeros.
        if (!IsParent(traceParent)
            || !ActivityContext.TryParse(traceParent![..ParentChars], null, isRemote: true, out var parsed))
        {
            context = default;
            return false;
        }

        context = new ActivityContext(
            parsed.TraceId, parsed.SpanId, parsed.TraceFlags, IsState(traceState) ? traceState : null, isRemote: true);
        return true;
    }

    private static bool IsParent(ReadOnlySpan<char> text) =>
        text.Length >= ParentChars
        && text[2] == '-'
        && text[35] == '-'
        && text[52] == '-'
        && IsVersion(text[..2], text[ParentChars..])
        && IsId(text[3..35])
        && IsId(text[36..52])
        && !text[53..ParentChars].ContainsAnyExcept(Hex);

    // Later versions may only add, after one more dash.
    private static bool IsVersion(ReadOnlySpan<char> version, ReadOnlySpan<char> rest) =>
        !version.ContainsAnyExcept(Hex)
        && version is not "ff"
        && (rest.IsEmpty
            || (rest[0] == '-' && version is not "00" && rest.IndexOfAnyExceptInRange(' ', '~') < 0));

    private static bool IsId(ReadOnlySpan<char> id) => !id.ContainsAnyExcept(Hex) && id.ContainsAnyExcept('0');

    private static bool IsState(string? text) =>
        text is { Length: > 0 and <= StateCharsMax } && text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0;
}
