using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Otlp;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Telemetry;

/// <summary>Metrics and logs at the collector, gRPC, a collector that is dead, and telemetry that is off.</summary>
public sealed class OtlpTests(TracedGateway traced) : IClassFixture<TracedGateway>
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string ClientsTrace = $"00-{Trace}-b7ad6b7169203331-01";

    [Fact]
    public async Task Metrics_arrive_with_histograms_by_backend_and_tool()
    {
        await traced.CallAsync("measured");

        await Eventually.HoldsAsync(() => Task.FromResult(PointsOf("measured").Any()));
        var point = PointsOf("measured").First();
        Assert.Equal(1UL, point.Number(4));
        Assert.Equal(("raw", "success"), (point.Attributes(9)["backend"], point.Attributes(9)["outcome"]));
        Assert.Contains("sentinel.calls", traced.Collector.Metrics.Keys);
        Assert.Contains("sentinel.audit.queued", traced.Collector.Metrics.Keys);
        Assert.Contains("dotnet.gc.collections", traced.Collector.Metrics.Keys);
    }

    [Fact]
    public async Task Log_lines_of_a_call_carry_its_trace_and_request_id()
    {
        var reply = await traced.CallAsync("logged", backend: "dead", headers: ("traceparent", ClientsTrace));

        var span = await traced.Collector.SpanAsync(span => span["gen_ai.tool.name"] == "logged");
        var line = await Eventually.YieldsAsync(() => Task.FromResult(
            traced.Collector.Logs.FirstOrDefault(log => log.SpanId == span.SpanId)));
        Assert.Equal(Trace, line.TraceId);
        Assert.Contains(("RequestId", reply.RequestId!), line.Attributes);
        Assert.Contains(traced.Collector.Logs, log => log.Body.StartsWith("Serving MCP on", StringComparison.Ordinal) && log.TraceId == "");
    }

    [Fact]
    public async Task Everything_goes_by_gRPC_where_that_is_spoken()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await StartAsync(new JsonObject { ["OtlpEndpoint"] = collector.GrpcUrl });

        await TracedGateway.CallAsync(gateway, "by-grpc", headers: ("traceparent", ClientsTrace));

        var span = await collector.SpanAsync(span => span["gen_ai.tool.name"] == "by-grpc");
        Assert.Equal(Trace, span.TraceId);
        await Eventually.HoldsAsync(() => Task.FromResult(collector.Metrics.Count > 20 && collector.Logs.Count > 1));
    }

    [Fact]
    public async Task A_collector_that_is_dead_costs_no_call_anything_and_is_told_of()
    {
        using var hole = new ConnectionHole();
        await using var gateway = await StartAsync(
            new JsonObject { ["OtlpEndpoint"] = hole.Url.ToString() },
            ("OTEL_BSP_MAX_QUEUE_SIZE", "50"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000"));

        // More than the queue holds.
        var calls = Enumerable.Range(0, 400).Select(i => i % 8).GroupBy(lane => lane).Select(async lane =>
        {
            foreach (var _ in lane)
            {
                var reply = await TracedGateway.CallAsync(gateway, "unseen");
                Assert.Equal(200, reply.Status);
            }
        });
        await Task.WhenAll(calls);

        await Eventually.HoldsAsync(
            async () => await Rpc.MetricAsync(gateway.ManagementUrl, "sentinel_telemetry_export_failures_total") > 0,
            Deadline.Default);
        await gateway.Process.WaitForLineAsync(line => line.Contains("Telemetry does not arrive", StringComparison.Ordinal));
        await gateway.Process.TerminateAsync();
        Assert.Equal(0, await gateway.Process.WaitForExitAsync());
    }

    [Fact]
    public async Task With_telemetry_off_a_clients_trace_goes_on_as_it_came()
    {
        await using var gateway = await StartAsync([]);

        await TracedGateway.CallAsync(
            gateway, "off", "\"traceparent\":\"00-11f7651916cd43dd8448eb211c80319c-22ad6b7169203331-01\"",
            headers: [("traceparent", ClientsTrace), ("tracestate", "a=1,b=2")]);
        var reply = await TracedGateway.CallAsync(gateway, "off-untraced");

        var arrived = traced.Arrived("off");
        Assert.Equal(ClientsTrace, arrived.Headers["traceparent"].ToString());
        Assert.Equal("a=1,b=2", arrived.Headers["tracestate"].ToString());
        var began = traced.Arrived("off-untraced").Headers["traceparent"].ToString();
        Assert.Equal($"00-{reply.RequestId!.Replace("-", "", StringComparison.Ordinal)}", began[..35]);
    }

    private Task<GatewayProcess> StartAsync(JsonObject telemetry, params (string Name, string Value)[] environment)
    {
        var config = TracedGateway.Config(traced.Backend.Url);
        config.Sentinel["Telemetry"] = telemetry;
        config.Sentinel["Shutdown"] = new JsonObject { ["LoadBalancerSeconds"] = 0 };
        var variables = new Dictionary<string, string?>(TracedGateway.Quick);
        foreach (var (name, value) in environment)
        {
            variables[name] = value;
        }

        return GatewayProcess.StartAsync(config, variables);
    }

    private IEnumerable<ProtoMessage> PointsOf(string tool) =>
        from point in traced.Collector.Metrics.GetValueOrDefault("sentinel.call.duration.seconds")?.Message(9)?.Messages(1) ?? []
        where point.Attributes(9)["tool"] == tool
        select point;
}
