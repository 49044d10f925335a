using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Journals that cannot be made, cannot be read, or are damaged, before the process as it ships.</summary>
public sealed class BadJournalTests(Postgres postgres)
{
    private const int VersionAt = 8;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_there_can_be_no_journal_Durable_starts_says_so_and_records_by_the_channel(bool isReadOnly)
    {
        using var disk = isReadOnly ? SmallDisk.Mount(megabytes: 1) : null;
        var server = await postgres.ServerAsync();
        var database = await server.NewDatabaseAsync();
        disk?.ForbidWriting();
        await using var calls = await UniqueCalls.StartAsync();
        await using var gateway = await calls.GatewayAsync(
            Postgres.Url(server, database), "Durable", audit => audit["Journal"] = In(disk?.Path ?? "proxy.json"));

        await gateway.Process.WaitForLineAsync(line => line.Contains("cannot be used", StringComparison.Ordinal)
            && line.Contains("Audit.Journal.Path", StringComparison.Ordinal));
        var made = await calls.SucceedAsync(gateway, 5);

        await UniqueCalls.HaveOneRowEachAsync(made, server, database, gateway);
        Assert.Equal(5, await Rpc.MetricAsync(gateway.ManagementUrl, "sentinel_audit_unjournaled_total"));
        Assert.Equal(0, await Rpc.MetricAsync(gateway.ManagementUrl, "sentinel_audit_journaled_total"));
    }

    [Theory]
    [InlineData("Strict", false, false)]
    [InlineData("Strict", false, true)]
    [InlineData("Durable", true, false)]
    [InlineData("BestEffort", true, false)]
    public async Task Where_there_can_be_no_journal_Strict_does_not_start(string guarantee, bool isStrictFor, bool isReadOnly)
    {
        using var disk = isReadOnly ? SmallDisk.Mount(megabytes: 1) : null;
        disk?.ForbidWriting();
        using var folder = new TemporaryFolder();
        var config = new ProxyConfig()
            .Backend("raw", new Uri("http://127.0.0.1:1/"))
            .Anonymous()
            .AuditToSqlite("rows/audit.db");
        var audit = config.Sentinel["Audit"]!.AsObject();
        audit["Guarantee"] = guarantee;
        audit["StrictFor"] = isStrictFor ? new JsonArray("raw/*") : new JsonArray();
        audit["Journal"] = In(disk?.Path ?? "proxy.json");
        config.WriteTo(folder);

        var (exitCode, output) = await Cli.RunAsync(
            ["serve", "--urls", "http://127.0.0.1:0"], workingDirectory: folder.Path);

        Assert.NotEqual(0, exitCode);
        Assert.Contains("The audit journal in", output, StringComparison.Ordinal);
        Assert.Contains("Audit.Journal.Path", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Serving MCP", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_of_another_version_is_left_as_it_is_named_and_written_once_it_can_be_read()
    {
        await using var run = await Run.StartAsync();
        var old = await run.Calls.SucceedAsync(run.Gateway, 5);
        var segment = run.Segment;
        var patched = Array.Empty<byte>();
        await run.Gateway.KillAndRestartAsync(async () =>
        {
            patched = await File.ReadAllBytesAsync(segment);
            patched[VersionAt]++;
            await File.WriteAllBytesAsync(segment, patched);
            await run.Server.StartAsync();
        });
        var folder = Path.GetFileName(Path.GetDirectoryName(segment))!;
        await run.Gateway.Process.WaitForLineAsync(
            line => line.Contains("another version", StringComparison.Ordinal)
                && line.Contains(folder, StringComparison.Ordinal));
        var fresh = await run.Calls.SucceedAsync(run.Gateway, 5);
        await UniqueCalls.HaveOneRowEachAsync(fresh, run.Server, run.Database, run.Gateway);
        Assert.Equal(5, (await UniqueCalls.RowsAsync(run.Server, run.Database)).Count);
        Assert.Equal(patched, await File.ReadAllBytesAsync(segment));

        await run.Gateway.KillAndRestartAsync(async () =>
        {
            patched[VersionAt]--;
            await File.WriteAllBytesAsync(segment, patched);
        });

        await UniqueCalls.HaveOneRowEachAsync([.. old, .. fresh], run.Server, run.Database, run.Gateway);
        await UniqueCalls.VerifyAsync(run.Server, run.Database, run.Gateway);
    }

    [Fact]
    public async Task A_journal_that_is_damaged_in_the_middle_costs_the_damaged_call_and_says_so()
    {
        await using var run = await Run.StartAsync();
        var made = await run.Calls.SucceedAsync(run.Gateway, 20);
        var segment = run.Segment;
        await run.Gateway.KillAndRestartAsync(async () =>
        {
            // In the arguments of the tenth call's Begin.
            var bytes = await File.ReadAllBytesAsync(segment);
            var at = bytes.AsSpan().IndexOf("\"call 10\""u8);
            Assert.True(at > 0);
            bytes[at + 1] ^= 0x01;
            await File.WriteAllBytesAsync(segment, bytes);
            await run.Server.StartAsync();
        });

        var others = made.Where(text => text != "call 10").ToList();
        await UniqueCalls.HaveOneRowEachAsync(others, run.Server, run.Database, run.Gateway);
        Assert.Equal(19, (await UniqueCalls.RowsAsync(run.Server, run.Database)).Count);
        await run.Gateway.Process.WaitForLineAsync(line => line.Contains("damaged bytes", StringComparison.Ordinal));
        await UniqueCalls.HaveOneRowEachAsync(
            await run.Calls.SucceedAsync(run.Gateway, 5), run.Server, run.Database, run.Gateway);
        await UniqueCalls.VerifyAsync(run.Server, run.Database, run.Gateway);
    }

    private static JsonObject In(string path) => new() { ["Path"] = path };

    /// <summary>A gateway whose rows stay in the journal, because its store is not there yet.</summary>
    private sealed class Run : IAsyncDisposable
    {
        public PostgresServer Server { get; private init; } = null!;

        public string Database { get; private init; } = "";

        public UniqueCalls Calls { get; private init; } = null!;

        public GatewayProcess Gateway { get; private init; } = null!;

        /// <summary>The only segment with records.</summary>
        public string Segment => Directory
            .EnumerateFiles(Path.Combine(Gateway.Folder, "journal"), "*.journal", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .First();

        public static async Task<Run> StartAsync()
        {
            Requires.Postgres();
            var server = await PostgresServer.CreateAsync();
            var database = await server.NewDatabaseAsync();
            await server.StopAsync(immediate: false);
            var calls = await UniqueCalls.StartAsync();
            var gateway = await calls.GatewayAsync(
                Postgres.Url(server, database),
                "Durable",
                audit => audit["Journal"] = new JsonObject { ["Path"] = "journal", ["MaxBytes"] = 4 * 1024 * 1024 });
            return new Run { Server = server, Database = database, Calls = calls, Gateway = gateway };
        }

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await Calls.DisposeAsync();
            await Server.DisposeAsync();
        }
    }
}
