namespace Sentinel.Tests.Shared.Otlp;

/// <summary>A log line as it came.</summary>
public sealed class OtlpLog(ProtoMessage log)
{
    public string Body { get; } = ProtoMessage.Show(log.Message(5));

    public IReadOnlyList<(string Key, string Value)> Attributes { get; } =
        [.. log.Messages(6).Select(pair => (pair.Text(1), ProtoMessage.Show(pair.Message(2))))];

    public string TraceId { get; } = log.Hex(9);

    public string SpanId { get; } = log.Hex(10);
}
