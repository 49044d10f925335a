using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

[Collection(nameof(HeavyLoad))]
public sealed class ShutdownTests(Servers servers)
{
    [Fact]
    public async Task On_sigterm_it_stops_being_ready_finishes_what_runs_and_leaves_a_row_of_every_call()
    {
        var config = new ProxyConfig()
            .Backend("sample", servers.Sample.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*", "prompt:*", "resource:*"])
            .AuditToSqlite("audit.db");
        config.Sentinel["Shutdown"] = new JsonObject { ["LoadBalancerSeconds"] = 1, ["DrainSeconds"] = 30 };
        await using var gateway = await GatewayProcess.StartAsync(config);
        var url = new Uri(gateway.Url, "sample/mcp");
        using var stop = new CancellationTokenSource();
        var load = new Load(url);
        var running = load.RunUntilAsync(4, stop.Token);
        await load.MoreAsync(50);
        // Goes on for longer than the listener does.
        var slow = Rpc.CallAsync(url, Servers.TesterKey, "slow", """{"steps":1,"delayMs":4000}""", client: "slow");
        await Eventually.HoldsAsync(async () => (await servers.Sample.Requests()).Any(r => r.Header("User-Agent") == "slow"));

        await gateway.Process.TerminateAsync();

        await Eventually.HoldsAsync(
            async () => await Rpc.GetAsync(new Uri(gateway.Url, "healthz/ready")) is (503, """{"status":"draining"}""")
        );
        var late = await Rpc.CallAsync(url, Servers.TesterKey, "echo", """{"text":"late"}""");
        Assert.Equal(200, late.Status);
        Assert.False(slow.IsCompleted);
        await stop.CancelAsync();
        await running;
        var finished = await slow;
        Assert.True(finished.IsWhole);
        Assert.Contains("1 steps", finished.Text, StringComparison.Ordinal);
        Assert.Equal(0, await gateway.Process.WaitForExitAsync());

        var rows = await AuditTable.OfFile(Path.Combine(gateway.Folder, "audit.db")).RowsAsync();
        var recorded = rows.Select(row => row.Text("request_id")).ToHashSet();
        string?[] answered = [.. load.Answered, late.RequestId, finished.RequestId];
        Assert.Empty(answered.Except(recorded));
        Assert.Equal("success", Assert.Single(rows, row => row.Text("client_name") == "slow").Text("response_status"));
        Assert.Contains(
            $"{rows.Count} rows written, 0 entries dropped",
            gateway.Process.Lines[^1],
            StringComparison.Ordinal
        );
        TestContext.Current.TestOutputHelper?.WriteLine($"{answered.Length} answered, {rows.Count} rows, {load.Failed.Count} not served");
    }

    [Fact]
    public async Task A_call_that_waits_for_its_answer_says_that_the_gateway_stopped()
    {
        var path = $"{Guid.NewGuid():n}";
        servers.Raw.On($"/{path}", http =>
        {
            http.Response.ContentType = "text/event-stream";
            return http.Response.WriteAsync("id: 1\ndata: \n\n");
        });
        var config = new ProxyConfig()
            .Backend("raw", servers.Raw.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*", "prompt:*", "resource:*"])
            .AuditToSqlite("audit.db");
        config.Sentinel["Shutdown"] = new JsonObject { ["LoadBalancerSeconds"] = 0, ["DrainSeconds"] = 30 };
        await using var gateway = await GatewayProcess.StartAsync(config);
        var session = await RawSession.OpenAsync(gateway, servers.Raw, path);
        await Rpc.PostAsync(
            new Uri(gateway.Url, $"raw/{path}"),
            Servers.TesterKey,
            RawCall.ToolCall("echo"),
            [("MCP-Protocol-Version", "2025-11-25"), ("Mcp-Session-Id", session)]
        );

        await gateway.Process.TerminateAsync();

        Assert.Equal(0, await gateway.Process.WaitForExitAsync());
        var row = Assert.Single(await AuditTable.OfFile(Path.Combine(gateway.Folder, "audit.db")).RowsAsync());
        Assert.Equal(("error", "gateway_stopped"), (row.Text("response_status"), row.Text("reason")));
    }

    [Fact]
    public async Task A_call_that_outlasts_the_drain_does_not_keep_the_process_alive()
    {
        var config = new ProxyConfig()
            .Backend("sample", servers.Sample.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*", "prompt:*", "resource:*"]);
        config.Sentinel["Shutdown"] = new JsonObject { ["LoadBalancerSeconds"] = 0, ["DrainSeconds"] = 1 };
        await using var gateway = await GatewayProcess.StartAsync(config);
        var url = new Uri(gateway.Url, "sample/mcp");
        var endless = Rpc.CallAsync(url, Servers.TesterKey, "slow", """{"steps":1,"delayMs":600000}""", client: "endless");
        await Eventually.HoldsAsync(async () => (await servers.Sample.Requests()).Any(r => r.Header("User-Agent") == "endless"));

        await gateway.Process.TerminateAsync();

        Assert.Equal(3, await gateway.Process.WaitForExitAsync());
        await Task.WhenAny(endless);
        Assert.True(endless.IsFaulted || !(await endless).IsWhole || !(await endless).Text.Contains("1 steps", StringComparison.Ordinal));
    }
}
