using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;

namespace Sentinel.Gateway.Management.Telemetry;

/// <summary>
/// Tells when telemetry does not arrive. The exporters say it only to an event source, where nobody would look.
/// </summary>
internal sealed partial class ExportFaults : EventListener
{
    private const string ExporterSource = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly TimeProvider? _time;
    private readonly ILogger<ExportFaults>? _logger;
    private long _faults;
    private long _loggedAt;

    public ExportFaults(IMeterFactory meters, TimeProvider time, ILogger<ExportFaults> logger)
    {
        _time = time;
        _logger = logger;
        meters.Create("Sentinel.Gateway").CreateObservableCounter(
            "sentinel.telemetry.export.failures",
            () => Interlocked.Read(ref _faults),
            description: "Times that the collector took no traces, metrics or logs.");
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == ExporterSource)
        {
            EnableEvents(eventSource, EventLevel.Warning, EventKeywords.All);
        }
    }

    // Sources that are there already report to the base's constructor, before the fields are set.
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (_logger is null || _time is null)
        {
            return;
        }

        var count = Interlocked.Increment(ref _faults);
        var last = Volatile.Read(ref _loggedAt);
        var now = _time.GetTimestamp();
        if ((last == 0 || _time.GetElapsedTime(last, now) >= LogInterval)
            && Interlocked.CompareExchange(ref _loggedAt, now, last) == last)
        {
            LogFailed(_logger, count, eventData.EventName ?? "");
        }
    }

    [LoggerMessage(
        10101,
        LogLevel.Warning,
        "Telemetry does not arrive at Sentinel.Telemetry.OtlpEndpoint; failures so far: {Count}, this one {What}. "
        + "Calls are not affected. At most one such line a minute.")]
    private static partial void LogFailed(ILogger logger, long count, string what);
}
