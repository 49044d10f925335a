using System.Text;
using Sentinel.Gateway.Management;

namespace Sentinel.Gateway.Tests.Management;

/// <summary>Writes docs/metrics.md.</summary>
internal static class MetricsPage
{
    private const string Head = """
        # Metrics

        `GET /metrics` on the management listener, in the Prometheus text format; over OTLP too where
        [`Telemetry.OtlpEndpoint`](proxy-json.md#telemetry-acts-at-start) is set, under the names of the last column.
        [operations.md](operations.md#watching-it) says what to watch,
        [alerts.yaml](../deploy/prometheus/alerts.yaml) has rules and
        [sentinel.json](../deploy/grafana/sentinel.json) a dashboard made of these.

        This page is generated: a test writes it from the instruments, and fails where the two differ.

        - Labels are few. `backend`, `destination`, `limit` and `address` are names out of proxy.json, `method` is one that a
          revision defines or `unknown`, `reason` one of Sentinel's own.
        - `tool`: each backend's first `Telemetry.MaxToolLabels` tools, each from its first success on. Every other name is `other`:
          names that callers make up do not succeed, and take no place.
        - A series with labels exists from its first measurement on. Counters start at 0 with the process.
        - Histograms have `_bucket`, `_sum` and `_count`.


        """;

    public static string Write(IEnumerable<MetricFamily> families)
    {
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        page.Append("| name | type | unit | labels | meaning | over OTLP |\n|---|---|---|---|---|---|\n");
        foreach (var family in families)
        {
            var labels = string.Join(", ", family.Labels.Select(label => $"`{label}`"));
            page.Append($"| `{family.Name}` | {family.Type} | {Unit(family)} | {labels} ")
                .Append($"| {family.Instrument.Description} | `{family.Instrument.Name}` |\n");
        }

        return page.ToString();
    }

    private static string Unit(MetricFamily family) => family.Instrument.Unit switch
    {
        "s" => "seconds",
        "By" => "bytes",
        _ => "",
    };
}
