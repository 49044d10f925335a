using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Management.Telemetry;

/// <summary>Log lines as the collector gets them: those of a call with its trace.</summary>
internal static class OtlpLogging
{
    public static void Add(ILoggingBuilder logging, TelemetryOptions telemetry)
    {
        if (telemetry is not { OtlpEndpoint: not null, Logs: true })
        {
            return;
        }

        logging.AddOpenTelemetry(options =>
        {
            var resource = ResourceBuilder.CreateDefault();
            OtlpSettings.Describe(resource);
            options.SetResourceBuilder(resource);
            options.IncludeScopes = true;
            options.IncludeFormattedMessage = true;
            options.AddProcessor(new TraceOfScope());
            options.AddOtlpExporter(exporter => OtlpSettings.Apply(exporter, telemetry, "v1/logs"));
        });
    }

    /// <summary>Gives a line the trace of the exchange in whose scope it was written.</summary>
    private sealed class TraceOfScope : BaseProcessor<LogRecord>
    {
        public override void OnEnd(LogRecord data) => data.ForEachScope(
            static (scope, record) =>
            {
                if (scope.Scope is ExchangeScope { Span: { } span })
                {
                    record.TraceId = span.TraceId;
                    record.SpanId = span.SpanId;
                    record.TraceFlags = span.ActivityTraceFlags;
                }
            },
            data);
    }
}
