using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What a caller meets who calls more than the limits allow.</summary>
public sealed class LimitsTests(Servers servers) : IAsyncLifetime
{
    private const string Batches = "2025-03-26";

    private readonly TemporaryFolder _folder = new();
    private GatewayProcess _gateway = null!;
    private AuditTable _table = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayProcess.StartAsync(Config(perMinute: 2));
        _table = AuditTable.OfFile(_folder.File("audit.db"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task One_call_too_many_is_answered_429_recorded_and_counted_and_reaches_no_server()
    {
        var path = Answering();
        await CallAsync(path, "few_a");
        await CallAsync(path, "few_b");

        using var refused = await CallAsync(path, "few_a");

        Assert.Equal(429, (int)refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
        var error = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal((-31429, "rate_limited"), ((int)error["code"]!, (string?)error["data"]!["reason"]));
        Assert.Equal(2, servers.Raw.Requests.Count(request => request.Path == path));
        await _table.HasRowsAsync(3);
        var requestId = refused.Headers.GetValues("Sentinel-Request-Id").Single();
        var row = Assert.Single(await _table.RowsAsync(), row => row.Text("request_id") == requestId);
        Assert.Equal(
            ("few_a", "denied", "rate_limited", 0L, 429L, "limit raw/few*: 2/min"),
            (row.Text("tool_name"), row.Text("response_status"), row.Text("reason"), row.Number("latency_ms"),
                row.Number("http_status"), row.Text("decision")));
        Assert.Equal(
            1,
            await Rpc.MetricAsync(
                _gateway.ManagementUrl,
                """sentinel_rate_limited_total{backend="raw",limit="raw/few*",reason="rate_limited"}"""));
    }

    [Fact]
    public async Task Other_tools_other_methods_and_other_callers_go_on()
    {
        var path = Answering();
        for (var i = 0; i < 3; i++)
        {
            await CallAsync(path, "few");
        }

        Assert.Equal(429, await StatusAsync(path, RawCall.ToolCall("few")));
        Assert.Equal(200, await StatusAsync(path, RawCall.ToolCall("other")));
        Assert.Equal(200, await StatusAsync(path, RawCall.WithMethod("tools/list")));
        Assert.Equal(200, await StatusAsync(path, RawCall.ToolCall("few"), key: "other-key-0123456789abcdef"));
    }

    [Fact]
    public async Task A_batch_beyond_the_limit_is_refused_whole_and_takes_nothing()
    {
        var path = Answering("""[{"jsonrpc":"2.0","id":1,"result":{}}]""");
        var batch = $"[{RawCall.ToolCall("few", "1")},{RawCall.ToolCall("other", "2")},{RawCall.ToolCall("few", "3")}"
            + $",{RawCall.ToolCall("few", "4")}]";

        using var request = RawCall.Post(new Uri(_gateway.Url, $"raw{path}"), batch);
        request.Headers.Add("MCP-Protocol-Version", Batches);
        using var refused = await RawCall.Http.SendAsync(request);

        Assert.Equal(429, (int)refused.StatusCode);
        Assert.Equal(
            ["rate_limited", "batch_refused", "rate_limited", "rate_limited"],
            JsonNode.Parse(await refused.Content.ReadAsStringAsync())!.AsArray()
                .Select(answer => (string?)answer!["error"]!["data"]!["reason"]));
        Assert.DoesNotContain(servers.Raw.Requests, received => received.Path == path);
        await _table.HasRowsAsync(4);
        Assert.All(await _table.RowsAsync(), row => Assert.Equal("denied", row.Text("response_status")));
        Assert.Equal(200, await StatusAsync(path, RawCall.ToolCall("few")));
        Assert.Equal(200, await StatusAsync(path, RawCall.ToolCall("few")));
        Assert.Equal(429, await StatusAsync(path, RawCall.ToolCall("few")));
    }

    [Fact]
    public async Task The_kill_switch_comes_before_the_limits_and_the_limits_before_the_roles()
    {
        var path = Answering();
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("rbac", await ReasonAsync(path, "few_denied"));
        }

        Assert.Equal("rate_limited", await ReasonAsync(path, "few_denied"));
        Assert.Equal("kill_switch", await ReasonAsync(path, "few_off"));
    }

    [Fact]
    public async Task A_stream_occupies_its_slot_until_it_ends_or_its_client_leaves()
    {
        var path = $"/slots-{Guid.NewGuid():n}";
        var release = new TaskCompletionSource();
        servers.Raw.On(path, async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.Body.FlushAsync();
            await release.Task.WaitAsync(http.RequestAborted);
        });
        var staying = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => CallAsync(path, "long")));
        using (await CallAsync(path, "long"))
        {
            Assert.Equal("concurrency_limited", await ReasonAsync(path, "long"));
            Assert.Equal(200, await StatusAsync(Answering(), RawCall.WithMethod("ping")));
        }

        // That client has left.
        await Eventually.HoldsAsync(async () =>
        {
            using var again = await CallAsync(path, "long");
            return again.IsSuccessStatusCode;
        });
        release.SetResult();
        foreach (var stream in staying)
        {
            await stream.Content.ReadAsStringAsync();
            stream.Dispose();
        }

        await Eventually.HoldsAsync(async () =>
        {
            var statuses = await Task.WhenAll(
                Enumerable.Range(0, 4).Select(_ => StatusAsync(Answering(), RawCall.ToolCall("short"))));
            return Array.TrueForAll(statuses, status => status == 200);
        });
    }

    [Fact]
    public async Task A_reload_keeps_what_a_caller_has_used_up_unless_the_limit_itself_changed()
    {
        var path = Answering();
        await CallAsync(path, "few");
        await CallAsync(path, "few");

        await ReloadAsync(Config(perMinute: 2, disabled: "raw/another"), version: 2);
        Assert.Equal(429, await StatusAsync(path, RawCall.ToolCall("few")));
        Assert.Equal("kill_switch", await ReasonAsync(path, "another"));

        await ReloadAsync(Config(perMinute: 3), version: 3);
        Assert.Equal(200, await StatusAsync(path, RawCall.ToolCall("few")));
    }

    private ProxyConfig Config(int perMinute, string disabled = "raw/few_off")
    {
        var config = new ProxyConfig()
            .Backend("raw", servers.Raw.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .ApiKey("other", "other-key-0123456789abcdef", "tester")
            .Role("tester", allow: ["*", "prompt:*", "resource:*"], deny: ["raw/few_denied"])
            .Disable(disabled)
            .AuditToSqlite(_folder.File("audit.db"));
        config.Sentinel["Limits"] = new JsonObject
        {
            ["ToolCallsPerMinute"] = new JsonObject
            {
                ["Default"] = 1000,
                ["PerTool"] = new JsonObject { ["raw/few*"] = perMinute },
            },
            ["ConcurrentCalls"] = 4,
        };
        return config;
    }

    private async Task ReloadAsync(ProxyConfig config, int version)
    {
        await File.WriteAllTextAsync(_gateway.ConfigPath, config.ToJson());
        await _gateway.Process.WaitForLineAsync(
            line => line.Contains($"Configuration version {version} is in force", StringComparison.Ordinal));
    }

    private string Answering(string body = """{"jsonrpc":"2.0","id":1,"result":{"content":[]}}""")
    {
        var path = $"/limits-{Guid.NewGuid():n}";
        servers.Raw.On(path, http =>
        {
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync(body);
        });
        return path;
    }

    private Task<HttpResponseMessage> CallAsync(string path, string tool) => RawCall.Http.SendAsync(
        RawCall.Post(new Uri(_gateway.Url, $"raw{path}"), RawCall.ToolCall(tool)),
        HttpCompletionOption.ResponseHeadersRead);

    private async Task<int> StatusAsync(string path, string body, string key = Servers.TesterKey)
    {
        using var request = RawCall.Post(new Uri(_gateway.Url, $"raw{path}"), body, key);
        using var response = await RawCall.Http.SendAsync(request);
        return (int)response.StatusCode;
    }

    private async Task<string?> ReasonAsync(string path, string tool)
    {
        using var response = await CallAsync(path, tool);
        return (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]?["data"]?["reason"];
    }
}
