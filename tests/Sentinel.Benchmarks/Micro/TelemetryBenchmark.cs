using System.Diagnostics;
using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Exchange.Metering;
using Sentinel.Gateway.Management.Telemetry;

namespace Sentinel.Benchmarks.Micro;

/// <summary>What a sample, a log scope and a span cost, and what the framework's histogram would.</summary>
[MemoryDiagnoser]
public class TelemetryBenchmark
{
    private static readonly long[] BoundsUs =
    [
        1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
        1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000, 300_000_000,
    ];

    private readonly Meter _meter = new("Benchmark");
    private readonly ActivitySource _source = new("Benchmark");
    private readonly McpExchange _exchange = new(TimeProvider.System);
    private readonly HistogramSeries _series =
        new(BoundsUs, new("backend", "github"), new("tool", "search_code"), new("outcome", "success"));

    private DurationHistogram _ours = null!;
    private Histogram<double> _framework = null!;
    private MeterListener _listener = null!;
    private ActivityListener _activities = null!;
    private ILogger _logger = null!;
    private long _heard;

    [GlobalSetup]
    public void SetUp()
    {
        _ours = new DurationHistogram(_meter, "ours", "", BoundsUs, () => [_series]);
        _framework = _meter.CreateHistogram<double>("framework");
        _listener = new MeterListener();
        _listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref _heard));
        _listener.EnableMeasurementEvents(_framework);
        _activities = new ActivityListener
        {
            ShouldListenTo = source => source == _source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(_activities);
        _logger = LoggerFactory.Create(logging => logging.AddJsonConsole(json => json.IncludeScopes = true))
            .CreateLogger("Benchmark");
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _listener.Dispose();
        _activities.Dispose();
        _meter.Dispose();
        _source.Dispose();
    }

    /// <summary>A sample of 12 ms, the fifth bucket.</summary>
    [Benchmark]
    public void Sample() => _ours.Record(_series, 12_000);

    /// <summary>The same by the framework, to a listener that only counts it, without looking for its series.</summary>
    [Benchmark]
    public void FrameworkSample() => _framework.Record(0.012, _series.Labels);

    /// <summary>The scope of an exchange, which only JSON lines and logs over OTLP make.</summary>
    [Benchmark]
    public void Scope() => _logger.BeginScope(new ExchangeScope(_exchange, null))!.Dispose();

    /// <summary>A span with twelve attributes, made and thrown away.</summary>
    [Benchmark]
    public void Span()
    {
        using var span = _source.CreateActivity("tools/call", ActivityKind.Server)!;
        span.Start();
        for (var i = 0; i < 12; i++)
        {
            span.SetTag("sentinel.backend", "github");
        }
    }
}
