using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Disks that are really full: the journal's, and the database's.</summary>
[Collection(nameof(HeavyLoad))]
public sealed class FullDiskTests
{
    private const int Large = 40_000;
    private const string Unjournaled = "sentinel_audit_unjournaled_total";

    [Fact]
    public async Task With_a_full_journal_disk_Durable_goes_on_and_counts_and_journals_again_once_there_is_room()
    {
        Requires.Postgres();
        using var disk = SmallDisk.Mount(megabytes: 8);
        await using var server = await PostgresServer.CreateAsync();
        var database = await server.NewDatabaseAsync();
        await server.StopAsync();
        await using var calls = await UniqueCalls.StartAsync();
        await using var gateway = await calls.GatewayAsync(
            Postgres.Url(server, database), "Durable", audit => audit["Journal"] = LargerThan(disk));

        disk.Fill();
        var journaled = await FillJournalAsync(calls, gateway);
        await calls.SucceedAsync(gateway, 20, Large);
        var unjournaled = await Rpc.MetricAsync(gateway.ManagementUrl, Unjournaled);
        var (ready, body) = await Rpc.GetAsync(new Uri(gateway.ManagementUrl, "healthz/ready"));
        Assert.InRange(unjournaled, 20, 21);
        Assert.Equal(200, ready);
        Assert.Contains("degraded", body, StringComparison.Ordinal);
        await gateway.Process.WaitForLineAsync(line => line.Contains("are not in the audit journal", StringComparison.Ordinal));

        disk.MakeRoom();
        await Eventually.TrueAsync(
            async () =>
            {
                var before = await Rpc.MetricAsync(gateway.ManagementUrl, Unjournaled);
                await calls.SucceedAsync(gateway, 1, Large);
                return await Rpc.MetricAsync(gateway.ManagementUrl, Unjournaled) == before;
            },
            "calls are journaled again");
        var again = await calls.SucceedAsync(gateway, 5, Large);

        // Only the journal is left of what was called; those that it could not take are the counted ones.
        await gateway.KillAndRestartAsync();
        await server.StartAsync();
        await UniqueCalls.HaveOneRowEachAsync([.. journaled, .. again], server, database, gateway);
        var rows = await UniqueCalls.RowsAsync(server, database);
        Assert.InRange(calls.Executed.Count - rows.Count, 1, unjournaled + 1);
        await UniqueCalls.VerifyAsync(server, database, gateway);
    }

    [Fact]
    public async Task With_a_full_journal_disk_Strict_forwards_nothing_and_goes_on_once_there_is_room()
    {
        Requires.Postgres();
        using var disk = SmallDisk.Mount(megabytes: 8);
        await using var server = await PostgresServer.CreateAsync();
        var database = await server.NewDatabaseAsync();
        await server.StopAsync();
        await using var calls = await UniqueCalls.StartAsync();
        await using var gateway = await calls.GatewayAsync(
            Postgres.Url(server, database), "Strict", audit => audit["Journal"] = LargerThan(disk));

        disk.Fill();
        await FillJournalAsync(calls, gateway);
        var executed = calls.Executed.Count;
        for (var i = 0; i < 5; i++)
        {
            var (_, refused) = await calls.CallAsync(gateway, Large);
            Assert.Equal(503, refused.Status);
            Assert.Contains("audit_unavailable", refused.Text, StringComparison.Ordinal);
        }

        Assert.Equal(executed, calls.Executed.Count);
        Assert.Equal(503, (await Rpc.GetAsync(new Uri(gateway.ManagementUrl, "healthz/ready"))).Status);

        disk.MakeRoom();
        await Eventually.TrueAsync(
            async () => (await calls.CallAsync(gateway, Large)).Reply.Status == 200, "calls are taken again");
        await calls.SucceedAsync(gateway, 5, Large);
        Assert.Equal(200, (await Rpc.GetAsync(new Uri(gateway.ManagementUrl, "healthz/ready"))).Status);

        await gateway.KillAndRestartAsync();
        await server.StartAsync();
        await UniqueCalls.HaveOneRowEachAsync(calls.Executed, server, database, gateway);
        await UniqueCalls.VerifyAsync(server, database, gateway);
    }

    // The whole cluster on the disk, or only the rows: PostgreSQL goes down, or COPY fails.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_a_full_database_disk_calls_go_on_and_each_has_its_row_once_there_is_room(bool isWholeCluster)
    {
        Requires.Postgres();
        using var disk = SmallDisk.Mount(megabytes: 72);
        await using var server = await PostgresServer.CreateAsync(dataParent: isWholeCluster ? disk.Path : null);
        var database = await DatabaseOnAsync(server, isWholeCluster ? null : disk);
        await using var calls = await UniqueCalls.StartAsync();
        await using var gateway = await calls.GatewayAsync(Postgres.Url(server, database), "Durable");
        await UniqueCalls.HaveOneRowEachAsync(await calls.SucceedAsync(gateway, 20, Large), server, database, gateway);

        await MeetFullDiskAsync(calls, gateway, disk);
        disk.MakeRoom();
        await server.EnsureStartedAsync();

        await UniqueCalls.HaveOneRowEachAsync(calls.Executed, server, database, gateway);
        await UniqueCalls.VerifyAsync(server, database, gateway);
    }

    // The counter-proof: the disk was full for long enough to lose what nothing else holds.
    [Fact]
    public async Task Without_a_journal_a_full_database_disk_costs_rows_which_are_counted()
    {
        Requires.Postgres();
        using var disk = SmallDisk.Mount(megabytes: 72);
        await using var server = await PostgresServer.CreateAsync();
        var database = await DatabaseOnAsync(server, disk);
        await using var calls = await UniqueCalls.StartAsync();
        await using var gateway = await calls.GatewayAsync(
            Postgres.Url(server, database),
            "BestEffort",
            audit =>
            {
                audit["Channel"] = new JsonObject { ["Capacity"] = 30 };
                audit["Batch"] = new JsonObject { ["MaxRows"] = 10 };
            });
        await UniqueCalls.HaveOneRowEachAsync(await calls.SucceedAsync(gateway, 20, Large), server, database, gateway);

        await MeetFullDiskAsync(calls, gateway, disk);
        disk.MakeRoom();
        var last = await calls.SucceedAsync(gateway, 1);

        var dropped = await Rpc.MetricAsync(gateway.ManagementUrl, "sentinel_audit_dropped_total");
        Assert.True(dropped > 0);
        await Eventually.HoldsAsync(
            async () => (await UniqueCalls.RowsAsync(server, database)).Count == calls.Executed.Count - dropped,
            TimeSpan.FromSeconds(90));
        Assert.NotEmpty(last);
    }

    private static async Task<string> DatabaseOnAsync(PostgresServer server, SmallDisk? disk)
    {
        var database = await server.NewDatabaseAsync();
        if (disk is not null)
        {
            var folder = await server.MakeFolderAsync(Path.Combine(disk.Path, "rows"));
            await server.ExecuteAsync("postgres", $"CREATE TABLESPACE small LOCATION '{folder}'");
            await server.ExecuteAsync("postgres", $"ALTER DATABASE {database} SET TABLESPACE small");
        }

        return database;
    }

    private static async Task MeetFullDiskAsync(UniqueCalls calls, GatewayProcess gateway, SmallDisk disk)
    {
        disk.Fill();
        var failed = gateway.Process.WaitForLineAsync(
            line => line.Contains("The audit store PostgreSQL failed", StringComparison.Ordinal), TimeSpan.FromMinutes(1));
        while (!failed.IsCompleted)
        {
            await calls.SucceedAsync(gateway, 10, Large);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(await failed);
        await calls.SucceedAsync(gateway, 50, Large);
    }

    // Segments of 2.25 MB, of which one is written and one stands ready from the start.
    private static JsonObject LargerThan(SmallDisk disk) => new()
    {
        ["Path"] = Path.Combine(disk.Path, "journal"),
        ["MaxBytes"] = 9 * 1024 * 1024,
    };

    // Returns the calls that it took.
    private static async Task<IReadOnlyList<string>> FillJournalAsync(UniqueCalls calls, GatewayProcess gateway)
    {
        var taken = new List<string>();
        while (taken.Count < 1000)
        {
            var (text, reply) = await calls.CallAsync(gateway, Large);
            if (reply.Status != 200 || await Rpc.MetricAsync(gateway.ManagementUrl, Unjournaled) > 0)
            {
                return taken;
            }

            taken.Add(text);
        }

        throw new InvalidOperationException("The journal never filled.");
    }
}
