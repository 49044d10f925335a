using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Management.Telemetry;

/// <summary>Sends traces and metrics to the collector, from the start of the host to its end.</summary>
/// <remarks>
/// Queues are bounded and worked off by threads of their own: a collector that is dead or slow loses telemetry, and
/// costs no call anything. Logs are sent by the logging that <see cref="OtlpLogging"/> sets up.
/// </remarks>
internal sealed partial class OtlpExport(
    ConfigurationSource configuration,
    IServiceProvider services,
    ILogger<OtlpExport> logger)
    : IHostedService, IDisposable
{
    // A dead collector must not hold up a stop, whose time belongs to calls and their rows.
    private const int FlushMsMax = 2000;

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var telemetry = configuration.AtStart.Sentinel.Telemetry;
        if (telemetry.OtlpEndpoint is null)
        {
            return Task.CompletedTask;
        }

        if (telemetry.Traces)
        {
            var traces = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(OtlpSettings.Describe)
                .AddSource("Sentinel.Gateway")
                .AddOtlpExporter(options => OtlpSettings.Apply(options, telemetry, "v1/traces"));
            if (telemetry.SamplePercent is { } percent)
            {
                traces.SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(percent / 100.0)));
            }

            _traces = traces.Build();
        }

        if (telemetry.Metrics)
        {
            _metrics = Sdk.CreateMeterProviderBuilder()
                .ConfigureResource(OtlpSettings.Describe)
                .AddMeter("Sentinel.*", "System.Runtime")
                .AddOtlpExporter(options => OtlpSettings.Apply(options, telemetry, "v1/metrics"))
                .Build();
        }

        LogSending(telemetry.OtlpEndpoint.Text, string.Join(", ", Signals(telemetry)));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (configuration.AtStart.Sentinel.Telemetry.OtlpEndpoint is null)
        {
            return Task.CompletedTask;
        }

        // Each waits for its own thread: one after the other they would wait three times. They have a limit of their
        // own, and send what there is even where the host's time is up.
        Func<bool>[] flushes =
        [
            () => _traces?.Shutdown(FlushMsMax) ?? true,
            () => _metrics?.Shutdown(FlushMsMax) ?? true,
            () => services.GetService<LoggerProvider>()?.Shutdown(FlushMsMax) ?? true,
        ];
        return Task.WhenAll(flushes.Select(flush => Task.Factory.StartNew(
            flush, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private static IEnumerable<string> Signals(TelemetryOptions telemetry)
    {
        if (telemetry.Traces)
        {
            yield return "traces";
        }

        if (telemetry.Metrics)
        {
            yield return "metrics";
        }

        if (telemetry.Logs)
        {
            yield return "logs";
        }
    }

    [LoggerMessage(10100, LogLevel.Information, "Sending telemetry to {Endpoint}: {Signals}.")]
    private partial void LogSending(string endpoint, string signals);
}
