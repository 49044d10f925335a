using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public sealed class ManagementTests(Servers servers)
{
    [Fact]
    public async Task Metrics_count_calls_by_outcome_and_what_became_of_their_entries()
    {
        await using var gateway = await StartAsync();
        var url = new Uri(gateway.Url, "sample/mcp");
        await Rpc.CallAsync(url, Servers.LimitedKey, "echo", """{"text":"x"}""");
        await Rpc.CallAsync(url, Servers.LimitedKey, "throw");
        await Rpc.CallAsync(url, Servers.LimitedKey, "fail");
        await Rpc.CallAsync(url, Servers.LimitedKey, "fail");

        await Eventually.HoldsAsync(async () => await Rpc.MetricAsync(gateway.ManagementUrl, "sentinel_audit_written_total") == 4);

        var (status, text) = await Rpc.GetAsync(new Uri(gateway.ManagementUrl, "metrics"));
        Assert.Equal(200, status);
        var lines = text.Split('\n');
        Assert.Contains("""sentinel_calls_total{backend="sample",outcome="success"} 1""", lines);
        Assert.Contains("""sentinel_calls_total{backend="sample",outcome="error"} 1""", lines);
        Assert.Contains("""sentinel_calls_total{backend="sample",outcome="denied"} 2""", lines);
        Assert.Contains("sentinel_audit_dropped_total 0", lines);
        Assert.Contains("sentinel_audit_queued 0", lines);
        Assert.Contains("# TYPE sentinel_calls_total counter", lines);
        Assert.Contains("# TYPE sentinel_audit_queued gauge", lines);
    }

    [Fact]
    public async Task Metrics_are_on_the_management_listener_only()
    {
        await using var gateway = await StartAsync();

        var url = new Uri(gateway.Url, "metrics");
        var (status, text) = await Rpc.GetAsync(url);
        var reply = await Rpc.CallAsync(url, Servers.LimitedKey, "echo");

        Assert.Equal(401, status);
        Assert.Equal(404, reply.Status);
        Assert.DoesNotContain("sentinel_", text + reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_are_not_on_the_management_listener()
    {
        await using var gateway = await StartAsync();

        var reply = await Rpc.CallAsync(new Uri(gateway.ManagementUrl, "sample/mcp"), Servers.LimitedKey, "echo", """{"text":"x"}""");

        Assert.Equal(404, reply.Status);
    }

    [Fact]
    public async Task Health_is_on_both_listeners_without_a_credential()
    {
        await using var gateway = await StartAsync();

        foreach (var origin in new[] { gateway.Url, gateway.ManagementUrl })
        {
            Assert.Equal((200, """{"status":"live"}"""), await Rpc.GetAsync(new Uri(origin, "healthz/live")));
            Assert.Equal((200, """{"status":"ready"}"""), await Rpc.GetAsync(new Uri(origin, "healthz/ready")));
        }
    }

    private Task<GatewayProcess> StartAsync() =>
        GatewayProcess.StartAsync(
            new ProxyConfig()
                .Backend("sample", servers.Sample.Url)
                .ApiKey("limited", Servers.LimitedKey, "limited")
                .Role("limited", allow: ["sample/*"], deny: ["sample/fail"])
                .AuditToSqlite("audit.db")
        );
}
