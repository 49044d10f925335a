using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Viewers;

/// <summary>What a viewer is given of the record, by real gateways from real stores.</summary>
public sealed class ViewerTests(ViewedGateways gateways) : IClassFixture<ViewedGateways>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_are_the_rows_that_the_terminal_gives(bool isPostgres)
    {
        var gateway = await gateways.FirstOfAsync(isPostgres);
        await gateways.CallAsync(isPostgres, "paging", 7);
        var viewer = await Viewer.SignInAsync(gateway.ManagementUrl);
        await HasRowsAsync(viewer, "argument=text%3Dpaging", 7);

        foreach (var order in new[] { "newest", "oldest" })
        {
            var pages = new List<string>();
            string? next = null;
            do
            {
                var page = await viewer.GetJsonAsync(
                    $"api/calls?argument=text%3Dpaging&caller=key:tester&tool=ec*&from=1h&limit=3&order={order}"
                    + (next is null ? "" : $"&after={next}"));
                pages.AddRange(page["rows"]!.AsArray().Select(row => row!.ToJsonString()));
                next = page["next"]?.GetValue<string>();
            }
            while (next is not null);

            var (_, output) = await Cli.RunAsync(
                [
                    "audit", "query", "--config", gateway.ConfigPath, "--json", "--argument", "text=paging",
                    .. order == "oldest" ? new[] { "--oldest-first" } : [],
                ],
                isPostgres ? gateways.Environment : new() { [ProxyConfig.SessionKeysVariable] = new('0', 64) },
                gateway.Folder);
            var printed = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => line.StartsWith('{'))
                .Select(line => JsonNode.Parse(line)!.ToJsonString());
            Assert.Equal(7, pages.Count);
            Assert.Equal(printed, pages);
        }

        var one = (await viewer.GetJsonAsync("api/calls?argument=text%3Dpaging&limit=1"))["rows"]![0]!;
        var shown = (await viewer.GetJsonAsync($"api/calls/{one["request_id"]}"))["rows"]!.AsArray();
        Assert.Equal(one.ToJsonString(), Assert.Single(shown)!.ToJsonString());
        Assert.Equal(404, (await viewer.GetAsync($"api/calls/{Guid.NewGuid()}")).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_callers_wrote_stays_text(bool isPostgres)
    {
        // No name has control characters: those are refused. Arguments may have any.
        const string Hostile = "=cmd|'/c calc'!A1<script>alert(1)</script>";
        const string Escapes = "\u001b[2J\u202e\u2028</script>";
        var gateway = await gateways.FirstOfAsync(isPostgres);
        foreach (var tool in new[] { "=1+1", "+1", "-1", "@x", Hostile })
        {
            // Of a revision that does not repeat the name in a header.
            var body = new JsonObject
            {
                ["jsonrpc"] = "2.0",
                ["id"] = 1,
                ["method"] = "tools/call",
                ["params"] = new JsonObject
                {
                    ["name"] = tool,
                    ["arguments"] = new JsonObject { ["hostile"] = true, ["text"] = Escapes },
                },
            };
            await Rpc.PostAsync(new Uri(gateway.Url, "sample/mcp"), Servers.TesterKey, body.ToJsonString(), []);
        }

        var viewer = await Viewer.SignInAsync(gateway.ManagementUrl);
        await HasRowsAsync(viewer, "argument=hostile%3Dtrue", 5);

        var (_, json) = await viewer.GetAsync("api/calls?argument=hostile%3Dtrue&order=oldest");
        var (_, csv) = await viewer.GetAsync("api/calls/export?argument=hostile%3Dtrue&format=csv");
        var (_, lines) = await viewer.GetAsync("api/calls/export?argument=hostile%3Dtrue&format=jsonl");
        var (_, stats) = await viewer.GetAsync("api/stats?argument=hostile%3Dtrue");

        var rows = JsonNode.Parse(json)!["rows"]!.AsArray();
        Assert.Equal(Hostile, rows[4]!["tool_name"]!.GetValue<string>());
        Assert.Equal(Escapes, rows[4]!["request_args"]!["arguments"]!["text"]!.GetValue<string>());
        Assert.Equal(
            rows.Select(row => row!.ToJsonString()),
            lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.ToJsonString()));
        foreach (var text in new[] { json, csv, lines, stats })
        {
            Assert.DoesNotContain(text, c => c is '\u001b' or '\u202e' or '\u2028');
        }

        Assert.Equal(6, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        foreach (var cell in new[] { "'=1+1", "'+1", "'-1", "'@x", "'=cmd|" })
        {
            Assert.Contains($",{cell}", csv.Replace("\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Live_calls_of_every_gateway_come_until_the_viewer_signs_out(bool isPostgres)
    {
        var gateway = await gateways.FirstOfAsync(isPostgres);
        await gateways.CallAsync(isPostgres, "before", 1);
        var viewer = await Viewer.SignInAsync(gateway.ManagementUrl);
        await HasRowsAsync(viewer, "argument=text%3Dbefore", 1);
        using var response = await viewer.OpenAsync("api/calls/live?argument=text%3Dlive");
        await using var events = Viewer.EventsAsync(response).GetAsyncEnumerator();

        await gateways.CallAsync(isPostgres, "other", 1);
        await gateways.CallAsync(isPostgres, "live", 4);
        var rows = new List<JsonNode>();
        while (rows.Count < 4 && await events.MoveNextAsync())
        {
            Assert.Equal("row", events.Current.Name);
            rows.Add(events.Current.Data);
        }

        await viewer.SignOutAsync();
        Assert.Equal([0, 1, 2, 3], rows.Select(row => row["request_args"]!["arguments"]!["n"]!.GetValue<int>()).Order());
        Assert.Equal(
            (await gateways.OfAsync(isPostgres)).Count, rows.Select(row => row["instance"]!.GetValue<string>()).Distinct().Count());
        await AssertEndsAsync(events);
        Assert.Equal(401, (await viewer.GetAsync("api/calls")).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_verification_says_what_was_altered(bool isPostgres)
    {
        var gateway = await gateways.FirstOfAsync(isPostgres);
        await gateways.CallAsync(isPostgres, "verified", 4);
        var viewer = await Viewer.SignInAsync(gateway.ManagementUrl);
        await HasRowsAsync(viewer, "argument=text%3Dverified", 4);
        var intact = await VerifyAsync(viewer);
        var id = (await viewer.GetJsonAsync("api/calls?argument=text%3Dverified&limit=1"))["rows"]![0]!["request_id"]!;

        await gateways.ExecuteAsync(
            isPostgres, $"UPDATE audit_log SET client_subject = 'somebody' WHERE request_id = '{id}'");
        var altered = await VerifyAsync(viewer);
        var elsewhere = await VerifyAsync(viewer, "?to=2001-01-01");
        await gateways.ExecuteAsync(
            isPostgres, $"UPDATE audit_log SET client_subject = 'key:tester' WHERE request_id = '{id}'");

        Assert.True(intact.Done["intact"]!.GetValue<bool>(), intact.Done.ToJsonString());
        Assert.True(intact.Done["rows"]!.GetValue<long>() >= 4);
        Assert.False(altered.Done["intact"]!.GetValue<bool>());
        var finding = Assert.Single(altered.Findings);
        Assert.Equal("altered", finding["fault"]!.GetValue<string>());
        Assert.Equal(id.GetValue<string>(), finding["requestId"]!.GetValue<string>());
        Assert.Equal(1, altered.Done["findings"]!.GetValue<long>());
        Assert.Equal(0, elsewhere.Done["rows"]!.GetValue<long>());
    }

    [Theory]
    [InlineData("api/verify")]
    [InlineData("api/calls")]
    [InlineData("api/stats")]
    public async Task A_question_whose_viewer_left_is_cancelled_in_the_server(string path)
    {
        var gateway = await gateways.FirstOfAsync(isPostgres: true);
        var viewer = await Viewer.SignInAsync(gateway.ManagementUrl);

        // Whatever reads waits for this, so that it is still there when the viewer leaves.
        await using var connection = new Npgsql.NpgsqlConnection(gateways.Server.ConnectionString(gateways.Database));
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var lockTable = new Npgsql.NpgsqlCommand(
            "LOCK TABLE public.audit_log, public.audit_checkpoint IN ACCESS EXCLUSIVE MODE", connection, transaction);
        await lockTable.ExecuteNonQueryAsync();
        using var leave = new CancellationTokenSource();
        var asking = AskAsync(viewer, path, leave.Token);
        await Eventually.TrueAsync(async () => await WaitingAsync() > 0, "the question waits in the server");

        await leave.CancelAsync();

        await asking;
        await Eventually.TrueAsync(async () => await WaitingAsync() == 0, "the question is gone from the server");
        await transaction.RollbackAsync();
    }

    [Fact]
    public async Task An_export_of_a_hundred_thousand_rows_streams()
    {
        const int Rows = 100_000;
        var gateway = await gateways.FirstOfAsync(isPostgres: true);
        await gateways.ExecuteAsync(
            true,
            $$"""
              INSERT INTO audit_log (request_id, "timestamp", client_subject, client_role, tool_name, backend_name,
                  request_args, response_status, latency_ms)
              SELECT gen_random_uuid(), '2026-01-02Z'::timestamptz + i * interval '1 millisecond', 'many', '', 't', 'b',
                  jsonb_build_object('arguments', jsonb_build_object('x', repeat('y', 500))), 'success', 1
              FROM generate_series(1, {{Rows}}) AS i
              """);
        var viewer = await Viewer.SignInAsync(gateway.ManagementUrl);
        await viewer.GetAsync("api/calls?caller=many&limit=200");
        var memory = new ProcessMemory(gateway.Process.Id);
        memory.ForgetPeak();
        var before = memory.PeakBytes;

        var lines = 0L;
        var bytes = 0L;
        using (var response = await viewer.OpenAsync("api/calls/export?caller=many&format=jsonl"))
        {
            Assert.Matches(
                "^attachment; filename=\"?sentinel-audit-[0-9TZ]+\\.jsonl\"?$",
                response.Content.Headers.ContentDisposition!.ToString());
            await using var stream = await response.Content.ReadAsStreamAsync();
            var buffer = new byte[64 * 1024];
            for (int read; (read = await stream.ReadAsync(buffer)) > 0; bytes += read)
            {
                lines += buffer.AsSpan(0, read).Count((byte)'\n');
            }
        }

        var grown = memory.PeakBytes - before;
        using (var left = await viewer.OpenAsync("api/calls/export?caller=many&format=jsonl"))
        {
            Assert.Equal(200, (int)left.StatusCode);
        }

        Assert.Equal(Rows, lines);
        Assert.True(bytes > 60_000_000, $"{bytes} bytes");
        Assert.True(grown < bytes / 2, $"{grown} bytes more for an export of {bytes}");
        await Eventually.TrueAsync(async () => await OpenTransactionsAsync() == 0, "the one that was left is over");
    }

    [Fact]
    public async Task Who_read_what_is_logged_without_the_values_of_arguments()
    {
        var gateway = await gateways.FirstOfAsync(isPostgres: false);
        var viewer = await Viewer.SignInAsync(gateway.ManagementUrl);

        await viewer.GetAsync("api/calls?argument=password%3Dhunter2&tool=a%0Ainfo:%20forged&from=1h");
        await viewer.GetAsync("api/calls/export?caller=nobody-at-all");

        var line = await gateway.Process.WaitForLineAsync(
            one => one.Contains("read the audit: calls;", StringComparison.Ordinal)
                && one.Contains("password", StringComparison.Ordinal));
        Assert.Contains("key:ann at 127.0.0.1 read the audit: calls; from=1h, ", line, StringComparison.Ordinal);
        Assert.Contains("argument=password=…", line, StringComparison.Ordinal);
        Assert.Contains(@"tool=a\u000ainfo: forged", line, StringComparison.Ordinal);
        Assert.Matches("; 0 rows in [0-9]+ ms\\.$", line);
        await gateway.Process.WaitForLineAsync(
            one => one.Contains("read the audit: export; caller=nobody-at-all; 0 rows", StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", gateway.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Process.Lines, one => one.StartsWith("info: forged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_the_store_cannot_be_reached_the_rest_is_given()
    {
        var gone = new Dictionary<string, string?>
        {
            ["DATABASE_URL"] = "postgres://nobody:hidden-password@127.0.0.1:9/none?sslmode=disable",
            [ProxyConfig.SessionKeysVariable] = new('0', 64),
        };
        await using var gateway = await GatewayProcess.StartAsync(gateways.Config().AuditToPostgres(), gone);
        var viewer = await Viewer.SignInAsync(gateway.ManagementUrl);

        foreach (var path in new[] { "api/calls", "api/stats", "api/calls/export", "api/calls/live" })
        {
            var (status, text) = await viewer.GetAsync(path);
            Assert.Equal(503, status);
            Assert.Equal("store_unavailable", JsonNode.Parse(text)!["error"]!["code"]!.GetValue<string>());
        }

        Assert.NotNull((await viewer.GetJsonAsync("api/policy/matrix"))["note"]);
        Assert.NotEmpty((await viewer.GetJsonAsync("api/backends"))["backends"]!.AsArray());
        await Eventually.TrueAsync(
            async () => !(await viewer.GetJsonAsync("api/status"))["audit"]!["healthy"]!.GetValue<bool>(),
            "the status says so");
        Assert.DoesNotContain(
            "hidden-password", (await viewer.GetAsync("api/status")).Text, StringComparison.Ordinal);
        using var stream = await viewer.OpenAsync("api/verify");
        var events = new List<(string Name, JsonNode Data)>();
        await foreach (var one in Viewer.EventsAsync(stream))
        {
            events.Add(one);
        }

        Assert.Equal("error", Assert.Single(events).Name);
    }

    private static async Task AssertEndsAsync(IAsyncEnumerator<(string Name, JsonNode Data)> events)
    {
        try
        {
            while (await events.MoveNextAsync().AsTask().WaitAsync(Deadline.Default))
            {
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // Cut off is ended, too.
        }
    }

    private static async Task AskAsync(Viewer viewer, string path, CancellationToken leave)
    {
        try
        {
            using var response = await viewer.OpenAsync(path, cancellationToken: leave);
            await using var stream = await response.Content.ReadAsStreamAsync(leave);
            await stream.CopyToAsync(Stream.Null, leave);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static async Task<(JsonNode Done, List<JsonNode> Findings)> VerifyAsync(Viewer viewer, string query = "?from=1h")
    {
        JsonNode? done = null;
        var findings = new List<JsonNode>();
        using var response = await viewer.OpenAsync("api/verify" + query);
        await foreach (var (name, data) in Viewer.EventsAsync(response))
        {
            Assert.Null(done);
            if (name == "done")
            {
                done = data;
            }
            else if (name == "finding")
            {
                findings.Add(data);
            }
        }

        return (done!, findings);
    }

    private static Task HasRowsAsync(Viewer viewer, string filter, int count) => Eventually.TrueAsync(
        async () => (await viewer.GetJsonAsync($"api/calls?{filter}"))["rows"]!.AsArray().Count == count,
        $"{count} rows with {filter}");

    private Task<long> WaitingAsync() => CountAsync(
        "wait_event_type = 'Lock' AND query NOT LIKE 'LOCK%' AND query NOT LIKE 'COPY%' "
        + "AND (query LIKE '%audit_checkpoint%ORDER BY month%' OR query LIKE 'DECLARE%' OR query LIKE '%figures%')");

    private Task<long> OpenTransactionsAsync() => CountAsync("state LIKE 'idle in transaction%'");

    private async Task<long> CountAsync(string condition) => (await gateways.Server.QueryAsync<long>(
        gateways.Database,
        $"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND {condition}"))[0];
}
