using System.Text.Json;
using Npgsql;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Exporting and counting recorded calls with the command line.</summary>
public sealed class AuditExportCommandTests(Postgres postgres)
{
    [Theory]
    [InlineData(true, "--json")]
    [InlineData(true, "--csv")]
    [InlineData(false, "--json")]
    [InlineData(false, "--csv")]
    public async Task A_file_that_was_cut_off_becomes_whole_again(bool isPostgres, string format)
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres);
        await stores.WriteAsync([.. Enumerable.Range(1, 40).Select(i => new AuditTestRow(
            i, Tool: "a,\"b\"\n=c", Arguments: """{"name":"x","arguments":{"text":"ä\n😀"}}""")
        {
            Time = new DateTime(2026, 11, 20).AddSeconds(i / 3),
        })]);
        var (wholeExit, wholeOutput) = await stores.RunAsync("audit", "export", format, "--output", "whole");
        var whole = await File.ReadAllBytesAsync(Path.Combine(stores.Folder, "whole"));
        await File.WriteAllBytesAsync(Path.Combine(stores.Folder, "part"), whole[..(whole.Length / 2)]);

        var (refusedExit, _) = await stores.RunAsync("audit", "export", format, "--output", "part");
        var (resumedExit, resumedOutput) = await stores.RunAsync(
            "audit", "export", format, "--output", "part", "--resume");
        var (againExit, againOutput) = await stores.RunAsync(
            "audit", "export", format, "--output", "part", "--resume");

        Assert.Equal((0, 2, 0, 0), (wholeExit, refusedExit, resumedExit, againExit));
        Assert.Contains("40 calls", wholeOutput, StringComparison.Ordinal);
        Assert.DoesNotContain("40 calls", resumedOutput, StringComparison.Ordinal);
        Assert.Contains("0 calls", againOutput, StringComparison.Ordinal);
        Assert.Equal(whole, await File.ReadAllBytesAsync(Path.Combine(stores.Folder, "part")));
        Assert.Equal(
            format == "--csv" ? 41 : 40,
            (await File.ReadAllLinesAsync(Path.Combine(stores.Folder, "part"))).Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pipe_gets_rows_and_nothing_else(bool isPostgres)
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres);
        await stores.WriteAsync([.. Enumerable.Range(1, 300).Select(i => new AuditTestRow(i))]);

        var (exitCode, output) = await stores.RunAsync("audit", "export", "--caller", "alice");
        var (noneExit, none) = await stores.RunAsync("audit", "export", "--caller", "nobody");

        Assert.Equal(0, exitCode);
        Assert.Equal(300, output.Split('\n').Select(line => JsonDocument.Parse(line)).Count());
        Assert.Equal((1, ""), (noneExit, none));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Figures_are_printed_for_people_and_for_programs(bool isPostgres)
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres);
        await stores.WriteAsync([.. Enumerable.Range(1, 100).Select(i => new AuditTestRow(
            i,
            Tool: i > 90 ? "\u001b[31mrare" : "search",
            Status: i % 10 == 0 ? "error" : i % 10 == 1 ? "denied" : "success",
            LatencyUs: i * 1000))]);
        string[] options = ["audit", "stats", "--from", "2026-11-20", "--to", "2026-11-21"];

        var (exitCode, text) = await stores.RunAsync(options);
        var (jsonExit, json) = await stores.RunAsync([.. options, "--by", "hour", "--json"]);
        var (noneExit, none) = await stores.RunAsync("audit", "stats", "--from", "2020-01-01", "--to", "2020-01-02");
        var (wrongExit, _) = await stores.RunAsync("audit", "stats", "--by", "mood");

        Assert.Equal((0, 0, 1, 2), (exitCode, jsonExit, noneExit, wrongExit));
        Assert.Matches(@"github/search +90 +9 +10\.0 +9 +10\.0 +4\d\.0 +8\d\.0 +90\.0", text);
        Assert.Matches(@"all +100 +10 +10\.0 +10 +10\.0 +5\d\.0 +9\d\.0 +100", text);
        Assert.Contains(@"github/\u001b[31mrare", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
        using var document = JsonDocument.Parse(json);
        Assert.Equal(100, document.RootElement.GetProperty("total").GetProperty("calls").GetInt32());
        Assert.Equal(
            ["2026-11-20 11:00", "2026-11-20 10:00"],
            document.RootElement.GetProperty("groups").EnumerateArray().Select(g => g.GetProperty("key").GetString()));
        Assert.Contains("None", none, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("query")]
    [InlineData("stats")]
    [InlineData("export")]
    [InlineData("tail")]
    [InlineData("verify")]
    [InlineData("replay")]
    public async Task Ctrl_c_ends_the_query_on_the_server_too(string verb)
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres: true);
        await using var blocker = await LockedAsync(stores);
        string[] command = verb == "replay" ? ["policy", verb, "--from", "7 days ago"] : ["audit", verb];
        await using var process = stores.Start(command);
        await Eventually.TrueAsync(async () => await WaitingAsync(stores) == 1, "the query waits");

        await process.InterruptAsync();

        Assert.Equal(130, await process.WaitForExitAsync());
        await Eventually.TrueAsync(async () => await WaitingAsync(stores) == 0, "the query ends");
    }

    [Fact]
    public async Task A_killed_command_leaves_its_query_to_the_server()
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres: true);
        await using var blocker = await LockedAsync(stores);
        await using var process = stores.Start("audit", "stats");
        await Eventually.TrueAsync(async () => await WaitingAsync(stores) == 1, "the query waits");

        await process.KillAsync();
        await process.WaitForExitAsync();

        Assert.Equal(1, await WaitingAsync(stores));
    }

    [Fact]
    public async Task A_terminal_shows_that_the_search_goes_on_and_nothing_of_it_once_it_is_over()
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres: true);
        await stores.WriteAsync(new AuditTestRow(1));
        var blocker = await LockedAsync(stores);
        await using var process = Terminal.Start(stores, "audit query");
        await process.WaitForLineAsync(line => line.Contains("Searching, 1 s", StringComparison.Ordinal));

        await blocker.DisposeAsync();

        Assert.Equal(0, await process.WaitForExitAsync());
        var table = process.Lines.SkipWhile(line => !line.Contains("TIME (UTC)", StringComparison.Ordinal)).ToList();
        Assert.StartsWith("\u001b[KTIME (UTC)", table[0], StringComparison.Ordinal);
        Assert.DoesNotContain(table, line => line.Contains("Searching", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("audit verify", "0 rows followed", "1 rows in")]
    [InlineData("policy replay --from '2026-01-01'", "0 calls decided", "1 call")]
    public async Task A_terminal_shows_how_far_a_long_look_has_come(string command, string progress, string answer)
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres: true);
        await stores.WriteAsync(new AuditTestRow(1));
        var blocker = await LockedAsync(stores);
        await using var process = Terminal.Start(stores, command);
        await process.WaitForLineAsync(line => line.Contains(progress, StringComparison.Ordinal));

        await blocker.DisposeAsync();

        await process.WaitForExitAsync();
        Assert.Contains("\u001b[K" + answer, process.Output, StringComparison.Ordinal);
    }

    private static async Task<NpgsqlConnection> LockedAsync(AuditStores stores)
    {
        var blocker = new NpgsqlConnection(stores.Server!.ConnectionString(stores.Database) + ";Pooling=false");
        await blocker.OpenAsync();
        await using var block = new NpgsqlCommand("BEGIN; LOCK TABLE public.audit_log", blocker);
        await block.ExecuteNonQueryAsync();
        return blocker;
    }

    private static async Task<long> WaitingAsync(AuditStores stores) => (await stores.Server!.QueryAsync<long>(
        stores.Database,
        """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND state = 'active'
        """))[0];
}
