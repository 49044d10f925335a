namespace Sentinel.Tests.Shared.Otlp;

/// <summary>A span as it came.</summary>
public sealed class OtlpSpan(ProtoMessage span)
{
    public string TraceId { get; } = span.Hex(1);

    public string SpanId { get; } = span.Hex(2);

    public string TraceState { get; } = span.Text(3);

    /// <summary>Empty for a root.</summary>
    public string ParentId { get; } = span.Hex(4);

    public string Name { get; } = span.Text(5);

    /// <summary>2 is server.</summary>
    public int Kind { get; } = (int)span.Number(6);

    /// <summary>In nanoseconds since 1970.</summary>
    public ulong StartedAt { get; } = span.Number(7);

    public ulong EndedAt { get; } = span.Number(8);

    public IReadOnlyDictionary<string, string> Attributes { get; } = span.Attributes(9);

    public IReadOnlyList<(string Name, Dictionary<string, string> Attributes)> Events { get; } =
        [.. span.Messages(11).Select(e => (e.Text(2), e.Attributes(3)))];

    /// <summary>Trace and span ids.</summary>
    public IReadOnlyList<(string TraceId, string SpanId)> Links { get; } =
        [.. span.Messages(13).Select(link => (link.Hex(1), link.Hex(2)))];

    /// <summary>2 is error, 0 unset.</summary>
    public int Status { get; } = (int)(span.Message(15)?.Number(3) ?? 0);

    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);
}
