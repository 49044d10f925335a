using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What each guarantee keeps of calls that a kill, a missing store or a full journal meets.</summary>
public sealed class GuaranteeTests
{
    private const string Rows = "rows/audit.db";

    [Theory]
    [InlineData("Durable", "*")]
    [InlineData("Strict", "*")]
    [InlineData("BestEffort", "raw/*")]
    public async Task A_call_under_way_when_the_gateway_is_killed_is_a_row_that_says_so(string guarantee, string strictFor)
    {
        await using var backend = await ScriptedBackend.StartAsync(Answer);
        var arrived = Hold(backend);
        await using var gateway = await StartAsync(backend, guarantee, audit =>
        {
            if (guarantee == "BestEffort")
            {
                audit["StrictFor"] = new JsonArray(strictFor);
            }
        });

        var call = Rpc.CallAsync(new Uri(gateway.Url, "raw/held"), Servers.TesterKey, "echo", """{"text":"held"}""");
        await arrived.WaitAsync(Deadline.Default, TestContext.Current.CancellationToken);
        await gateway.KillAndRestartAsync();
        await ((Task)call).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        var row = Assert.Single(await RowsAsync(gateway, 1));
        Assert.Equal(
            ("error", "gateway_crashed", "echo", "key:tester"),
            (row.Text("response_status"), row.Text("reason"), row.Text("tool_name"), row.Text("client_subject")));
        Assert.Contains("held", row.Text("request_args"), StringComparison.Ordinal);
    }

    // The counter-proof: without the journal nobody knows of the call.
    [Fact]
    public async Task Without_a_journal_a_killed_gateway_leaves_no_row_of_it()
    {
        await using var backend = await ScriptedBackend.StartAsync(Answer);
        var arrived = Hold(backend);
        await using var gateway = await StartAsync(backend, "BestEffort");

        var call = Rpc.CallAsync(new Uri(gateway.Url, "raw/held"), Servers.TesterKey, "echo");
        await arrived.WaitAsync(Deadline.Default, TestContext.Current.CancellationToken);
        await gateway.KillAndRestartAsync();
        await ((Task)call).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await Rpc.CallAsync(new Uri(gateway.Url, "raw/next"), Servers.TesterKey, "next");

        var row = Assert.Single(await RowsAsync(gateway, 1));
        Assert.Equal("next", row.Text("tool_name"));
    }

    [Fact]
    public async Task Strict_refuses_what_a_full_journal_cannot_take_and_is_not_ready_while_Durable_goes_on()
    {
        await using var backend = await ScriptedBackend.StartAsync(Answer);
        await using var strict = await StartWithoutStoreAsync(backend, "Strict");
        await using var durable = await StartWithoutStoreAsync(backend, "Durable");

        var refused = await FillAsync(strict);
        var executed = backend.Requests.Count;
        var again = await BigCallAsync(strict);
        var (ready, text) = await Rpc.GetAsync(new Uri(strict.ManagementUrl, "healthz/ready"));

        Assert.Equal(503, refused.Status);
        Assert.Contains("audit_unavailable", refused.Text, StringComparison.Ordinal);
        Assert.Contains("-31503", refused.Text, StringComparison.Ordinal);
        Assert.Equal(503, again.Status);
        Assert.Equal(executed, backend.Requests.Count);
        Assert.True(ready == 503, text);
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(200, (await BigCallAsync(durable)).Status);
        }

        Assert.True(await Rpc.MetricAsync(durable.ManagementUrl, "sentinel_audit_unjournaled_total") > 0);
        Assert.Equal(200, (await Rpc.GetAsync(new Uri(durable.ManagementUrl, "healthz/ready"))).Status);
    }

    [Theory]
    [InlineData("Strict", null)]
    [InlineData("Durable", "raw/*")]
    public async Task Strict_does_not_start_without_a_store_to_write_to(string guarantee, string? strictFor)
    {
        using var folder = new TemporaryFolder();
        var config = new ProxyConfig()
            .Backend("raw", new Uri("http://127.0.0.1:1/"))
            .Anonymous()
            .AuditToPostgres("NO_SUCH_VARIABLE");
        var audit = config.Sentinel["Audit"]!.AsObject();
        audit["Guarantee"] = guarantee;
        audit["StrictFor"] = strictFor is null ? new JsonArray() : new JsonArray(strictFor);
        config.WriteTo(folder);

        var (exitCode, output) = await Cli.RunAsync(["serve"], workingDirectory: folder.Path);

        Assert.NotEqual(0, exitCode);
        Assert.Contains("NO_SUCH_VARIABLE", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_dead_gateway_has_in_its_journal_is_written_by_the_command_once()
    {
        await using var backend = await ScriptedBackend.StartAsync(Answer);
        var gateway = await StartWithoutStoreAsync(backend, "Durable", maxBytes: 64 * 1024 * 1024);
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 5; i++)
        {
            await Rpc.CallAsync(new Uri(gateway.Url, "raw/mcp"), Servers.TesterKey, "echo", $$"""{"number":{{i}}}""");
        }

        var journal = Path.Combine(gateway.Folder, "journal");
        new ProxyConfig().Backend("raw", backend.Url).Anonymous().AuditToSqlite(folder.File("audit.db")).WriteTo(folder);
        string[] recover = ["audit", "recover", journal, "--config", folder.File("proxy.json")];
        var (whileAlive, refusal) = await Cli.RunAsync(recover);
        await gateway.Process.KillAsync();
        await gateway.Process.WaitForExitAsync();
        var (first, report) = await Cli.RunAsync(recover);
        var (second, _) = await Cli.RunAsync(recover);
        await gateway.DisposeAsync();

        Assert.True(whileAlive != 0, refusal);
        Assert.True((first, second) == (0, 0), report);
        var rows = await AuditTable.OfFile(folder.File("audit.db")).RowsAsync();
        Assert.True(rows.Count == 5, report);
        Assert.All(rows, row => Assert.Equal("success", row.Text("response_status")));
    }

    private static Task<IReadOnlyList<Row>> RowsAsync(GatewayProcess gateway, int count) =>
        RowsAsync(AuditTable.OfFile(Path.Combine(gateway.Folder, Rows)), count);

    private static async Task<IReadOnlyList<Row>> RowsAsync(AuditTable table, int count)
    {
        await table.HasRowsAsync(count);
        return await table.RowsAsync();
    }

    private static Task<GatewayProcess> StartAsync(
        ScriptedBackend backend, string guarantee, Action<JsonObject>? change = null)
    {
        var config = Config(backend).AuditToSqlite(Rows);
        var audit = config.Sentinel["Audit"]!.AsObject();
        audit["Guarantee"] = guarantee;
        change?.Invoke(audit);
        return GatewayProcess.StartAsync(config);
    }

    // To a PostgreSQL where nobody listens: everything stays in the journal.
    private static Task<GatewayProcess> StartWithoutStoreAsync(
        ScriptedBackend backend, string guarantee, long maxBytes = 1024 * 1024)
    {
        var config = Config(backend).AuditToPostgres();
        var audit = config.Sentinel["Audit"]!.AsObject();
        audit["Guarantee"] = guarantee;
        audit["Journal"] = new JsonObject { ["Path"] = "journal", ["MaxBytes"] = maxBytes };
        return GatewayProcess.StartAsync(
            config,
            new Dictionary<string, string?> { ["DATABASE_URL"] = $"postgres://nobody@127.0.0.1:{FreePort.Take()}/none" });
    }

    private static ProxyConfig Config(ScriptedBackend backend) => new ProxyConfig()
        .Backend("raw", backend.Url)
        .ApiKey("tester", Servers.TesterKey, "tester")
        .Role("tester", allow: ["*"]);

    private static async Task<Reply> FillAsync(GatewayProcess gateway)
    {
        for (var i = 0; i < 200; i++)
        {
            if (await BigCallAsync(gateway) is { Status: not 200 } refused)
            {
                return refused;
            }
        }

        throw new InvalidOperationException("The journal never filled.");
    }

    private static Task<Reply> BigCallAsync(GatewayProcess gateway) => Rpc.CallAsync(
        new Uri(gateway.Url, "raw/mcp"), Servers.TesterKey, "echo", $$"""{"text":"{{new string('x', 50_000)}}"}""");

    private static Task Hold(ScriptedBackend backend)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        backend.On("/held", http =>
        {
            arrived.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted)
                .ContinueWith(_ => { }, TaskScheduler.Default);
        });
        return arrived.Task;
    }

    private static Task Answer(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync("""{"jsonrpc":"2.0","id":1,"result":{"content":[]}}""");
    }
}
