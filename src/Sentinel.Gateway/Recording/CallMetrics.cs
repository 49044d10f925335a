using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sentinel.Audit;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange.Metering;

namespace Sentinel.Gateway.Recording;

/// <summary>Counts and times finished calls by backend, tool and outcome.</summary>
/// <remarks>Plain numbers that are read when somebody asks: a call pays no listener and builds no labels.</remarks>
internal sealed class CallMetrics
{
    private static readonly string[] Outcomes = ["success", "error", "denied"];

    private static readonly long[] CallBoundsUs =
    [
        1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
        1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000, 300_000_000,
    ];

    private static readonly long[] GatewayBoundsUs =
    [
        50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
    ];

    private readonly ConcurrentDictionary<string, BackendCalls> _backends = new(StringComparer.Ordinal);
    private readonly int _toolsMax;
    private readonly DurationHistogram _duration;
    private readonly DurationHistogram _gateway;
    private readonly DurationHistogram _firstByte;

    public CallMetrics(IMeterFactory meters, Histograms histograms, ConfigurationSource configuration)
    {
        _toolsMax = configuration.AtStart.Sentinel.Telemetry.MaxToolLabels;
        var meter = meters.Create("Sentinel.Gateway");
        meter.CreateObservableCounter(
            "sentinel.calls", Read, description: "Finished tools/call requests of admitted callers.");
        _duration = new DurationHistogram(
            meter,
            "sentinel.call.duration.seconds",
            "From a call's arrival to its answer, of calls that were forwarded.",
            CallBoundsUs,
            () => Tools().SelectMany(tool => tool.Durations));
        _gateway = new DurationHistogram(
            meter,
            "sentinel.call.gateway.seconds",
            "Of that, what passed inside Sentinel before the call was forwarded.",
            GatewayBoundsUs,
            () => Tools().Select(tool => tool.Gateway));
        _firstByte = new DurationHistogram(
            meter,
            "sentinel.call.first_byte.seconds",
            "From a call's arrival to the first byte of its backend's answer.",
            CallBoundsUs,
            () => Tools().Select(tool => tool.FirstByte));
        histograms.Add(_duration);
        histograms.Add(_gateway);
        histograms.Add(_firstByte);
    }

    /// <summary>A call has ended.</summary>
    /// <param name="backend">Where it was for.</param>
    /// <param name="tool">Which tool it named.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="latencyUs">From arrival to the answer.</param>
    /// <param name="gatewayUs">From arrival to the forwarding; null where it was not forwarded, which is not timed.
    /// </param>
    /// <param name="firstByteUs">From arrival to the backend's first byte; null for none.</param>
    public void Count(
        string backend,
        string tool,
        AuditOutcome outcome,
        long latencyUs,
        long? gatewayUs,
        long? firstByteUs)
    {
        var calls = _backends.GetOrAdd(backend, static (name, max) => new BackendCalls(name, max), _toolsMax);
        calls.Count(outcome);
        if (gatewayUs is null || outcome is AuditOutcome.Denied)
        {
            return;
        }

        var series = calls.SeriesOf(tool, outcome);
        series.IsUsed = true;
        _duration.Record(series.Durations[(int)outcome], latencyUs);
        _gateway.Record(series.Gateway, gatewayUs.Value);
        if (firstByteUs is { } firstByte)
        {
            _firstByte.Record(series.FirstByte, firstByte);
        }
    }

    private IEnumerable<Measurement<long>> Read() => _backends.Values.SelectMany(backend => backend.Read());

    private IEnumerable<ToolCalls> Tools() => _backends.Values.SelectMany(backend => backend.Tools);

    /// <summary>The calls of one backend.</summary>
    private sealed class BackendCalls(string backend, int toolsMax)
    {
        private readonly long[] _counts = new long[Outcomes.Length];
        private readonly ConcurrentDictionary<string, ToolCalls> _tools = new(StringComparer.Ordinal);
        private readonly ToolCalls _other = new(backend, ToolCalls.Other);
        private readonly Lock _adding = new();
        private volatile bool _isFull;

        public IEnumerable<ToolCalls> Tools => _tools.Values.Append(_other).Where(tool => tool.IsUsed);

        public void Count(AuditOutcome outcome) => Interlocked.Increment(ref _counts[(int)outcome]);

        /// <summary>Where a call is timed. A tool gets series of its own by its first success, while there is room.
        /// </summary>
        /// <remarks>Names that clients make up do not succeed, and so take no tool's place.</remarks>
        public ToolCalls SeriesOf(string tool, AuditOutcome outcome)
        {
            if (_tools.TryGetValue(tool, out var series))
            {
                return series;
            }

            return outcome == AuditOutcome.Success && tool.Length <= ToolCalls.NameCharsMax ? Add(tool) : _other;
        }

        private ToolCalls Add(string tool)
        {
            // A tool of that name would be a second series with the same labels.
            if (_isFull || tool == ToolCalls.Other)
            {
                return _other;
            }

            lock (_adding)
            {
                _isFull = _tools.Count >= toolsMax;
                return _isFull ? _other : _tools.GetOrAdd(tool, static (name, of) => new ToolCalls(of, name), backend);
            }
        }

        public IEnumerable<Measurement<long>> Read()
        {
            for (var i = 0; i < _counts.Length; i++)
            {
                if (Interlocked.Read(ref _counts[i]) is > 0 and var count)
                {
                    yield return new Measurement<long>(
                        count,
                        new KeyValuePair<string, object?>("backend", backend),
                        new KeyValuePair<string, object?>("outcome", Outcomes[i]));
                }
            }
        }
    }

    /// <summary>The times of one tool's calls.</summary>
    private sealed class ToolCalls(string backend, string tool)
    {
        /// <summary>Every tool that has no series of its own.</summary>
        public const string Other = "other";

        public const int NameCharsMax = 128;

        private volatile bool _isUsed;

        /// <summary>By outcome.</summary>
        public HistogramSeries[] Durations { get; } =
        [
            .. Outcomes[..2].Select(outcome => new HistogramSeries(
                CallBoundsUs, new("backend", backend), new("tool", tool), new("outcome", outcome))),
        ];

        public HistogramSeries Gateway { get; } =
            new(GatewayBoundsUs, new("backend", backend), new("tool", tool));

        public HistogramSeries FirstByte { get; } =
            new(CallBoundsUs, new("backend", backend), new("tool", tool));

        public bool IsUsed
        {
            get => _isUsed;
            set => _isUsed = value;
        }
    }
}
