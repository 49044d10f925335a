using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Sentinel.Gateway.Configuration;

/// <summary>What leaves the gateway about itself: the <c>Telemetry</c> section.</summary>
internal sealed record TelemetryOptions
{
    [Description("OTLP collector that traces, metrics and logs are sent to: its base URL. Absent: nothing is sent.")]
    public CollectorUrl? OtlpEndpoint { get; init; }

    [Description("How OTLP is spoken. Absent: as OTEL_EXPORTER_OTLP_PROTOCOL says, else Grpc.")]
    public OtlpWire? Protocol { get; init; }

    [Description("Whether a span of each exchange is sent.")]
    public bool Traces { get; init; } = true;

    [Description("Whether metrics are sent. /metrics has them in either case.")]
    public bool Metrics { get; init; } = true;

    [Description("Whether log lines are sent. The console has them in either case.")]
    public bool Logs { get; init; } = true;

    [Description("How many in a hundred of the traces that begin here are sent. Absent: as OTEL_TRACES_SAMPLER says, "
        + "else all.")]
    [Range(0, 100)]
    public int? SamplePercent { get; init; }

    [Description("Tools of each backend that have series of their own; the rest is counted as 'other'.")]
    [Range(0, 10_000)]
    public int MaxToolLabels { get; init; } = 100;

    [Description("How log lines are written to the console.")]
    public LogFormat LogFormat { get; init; } = LogFormat.Text;
}

/// <summary>How OTLP is spoken.</summary>
internal enum OtlpWire
{
    /// <summary>HTTP/2, mostly to port 4317.</summary>
    Grpc,

    /// <summary>HTTP/1.1 with protobuf bodies, mostly to port 4318.</summary>
    HttpProtobuf,
}

/// <summary>How log lines are written.</summary>
internal enum LogFormat
{
    /// <summary>One line of text each.</summary>
    Text,

    /// <summary>One JSON object each, with the request and trace id of what it belongs to.</summary>
    Json,
}
