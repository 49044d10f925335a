using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Several replicas on one database: what is to be done once is, and what is each one's own stays it.</summary>
public sealed partial class TwoGatewaysTests(Servers servers, Postgres postgres)
{
    private const string OldPartition = "audit_log_old";

    [Fact]
    public async Task Two_that_start_at_once_on_an_empty_database_both_serve_and_both_write()
    {
        var server = await postgres.ServerAsync();
        var database = await server.NewDatabaseAsync();
        var environment = Environment(server, database);
        var gateways = await StartAsync(2, Config(), environment);
        await using var first = gateways[0];
        await using var second = gateways[1];

        await CallEachAsync(gateways);

        var table = AuditTable.Of(server, database);
        await Eventually.HoldsAsync(async () => (await table.CountAsync()) is (2, 2));
        Assert.Equal(2, (await table.RowsAsync()).Select(row => row.Text("journal_id")).Distinct().Count());
        Assert.Single(gateways, gateway => gateway.Process.Output.Contains("Audit schema brought up", StringComparison.Ordinal));
        Assert.All(gateways, gateway => Assert.DoesNotContain("warn:", gateway.Process.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_partition_is_made_once_and_dropped_once_however_many_look_after_it()
    {
        var server = await postgres.ServerAsync();
        var database = await server.NewDatabaseAsync();
        var config = Config();
        config.Sentinel["Audit"]!["RetentionDays"] = 30;
        var before = await StartAsync(3, config, Environment(server, database));
        await Eventually.HoldsAsync(async () =>
            await CountPartitionsAsync(server, database) is >= 4 and var count && Made(before).Count == count);
        await DisposeAsync(before);
        await server.ExecuteAsync(
            database,
            $"CREATE TABLE public.{OldPartition} PARTITION OF public.audit_log "
            + "FOR VALUES FROM ('2001-01-01 00:00+00') TO ('2001-02-01 00:00+00')");

        var after = await StartAsync(3, config, Environment(server, database));
        await Eventually.TrueAsync(
            () => after.Exists(gateway => gateway.Process.Output.Contains(OldPartition, StringComparison.Ordinal)),
            "somebody drops it");
        await CallEachAsync(after);
        await AuditTable.Of(server, database).HasRowsAsync(3);

        var made = Made(before);
        Assert.True(made.Count >= 4, "This month and three more are made ahead.");
        Assert.Equal(made.Count, made.Distinct().Count());
        Assert.Empty(Made(after));
        Assert.Single(
            after.SelectMany(gateway => gateway.Process.Lines),
            line => line.Contains("Audit partitions dropped", StringComparison.Ordinal));
        Assert.Equal(made.Count, await CountPartitionsAsync(server, database));
        Assert.All(
            before.Concat(after),
            gateway => Assert.DoesNotContain("warn:", gateway.Process.Output, StringComparison.Ordinal));
        await DisposeAsync(after);
    }

    [Fact]
    public async Task Those_that_share_a_folder_keep_journals_of_their_own_and_verify_sees_all_their_rows()
    {
        using var folder = new TemporaryFolder();
        var server = await postgres.ServerAsync();
        var database = await server.NewDatabaseAsync();
        var environment = Environment(server, database);
        var config = Config();
        config.Sentinel["Audit"]!["Journal"] = new JsonObject { ["Path"] = folder.Path };
        var gateways = await StartAsync(3, config, environment);

        for (var i = 0; i < 4; i++)
        {
            await CallEachAsync(gateways);
        }

        var table = AuditTable.Of(server, database);
        await Eventually.HoldsAsync(async () => (await table.CountAsync()) is (12, 12));
        var writers = (await table.RowsAsync()).GroupBy(row => row.Text("journal_id")).Select(rows => rows.Count());
        Assert.Equal([4, 4, 4], writers);
        var (verified, verdict) = await VerifyAsync(gateways[0], environment);
        await server.ExecuteAsync(
            database,
            "DELETE FROM public.audit_log WHERE seq = 2 "
            + "AND journal_id = (SELECT max(journal_id::text)::uuid FROM public.audit_log)");
        var (found, finding) = await VerifyAsync(gateways[0], environment);
        await DisposeAsync(gateways);

        Assert.True(verified == 0, verdict);
        Assert.StartsWith("12 rows in PostgreSQL, 3 chains", verdict, StringComparison.Ordinal);
        Assert.Equal(1, found);
        Assert.Contains("Missing", finding, StringComparison.Ordinal);
    }

    private static async Task<List<GatewayProcess>> StartAsync(
        int count, ProxyConfig config, Dictionary<string, string?> environment) =>
        [.. await Task.WhenAll(Enumerable.Range(0, count).Select(_ => GatewayProcess.StartAsync(config, environment)))];

    private static async Task DisposeAsync(IEnumerable<GatewayProcess> gateways)
    {
        foreach (var gateway in gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    private static async Task CallEachAsync(IEnumerable<GatewayProcess> gateways)
    {
        foreach (var gateway in gateways)
        {
            var reply = await Rpc.CallAsync(new Uri(gateway.Url, "sample/mcp"), Servers.TesterKey, "echo", """{"text":"x"}""");
            Assert.Equal(200, reply.Status);
        }
    }

    private static Dictionary<string, string?> Environment(PostgresServer server, string database)
    {
        var environment = Postgres.Environment(server, database);
        environment[ProxyConfig.SessionKeysVariable] = new('0', 64);
        return environment;
    }

    // The names of the partitions that any of them says it made.
    private static List<string> Made(IEnumerable<GatewayProcess> gateways) =>
    [
        .. gateways
            .SelectMany(gateway => gateway.Process.Lines)
            .Select(line => MadeLine().Match(line))
            .Where(match => match.Success)
            .SelectMany(match => match.Groups["names"].Value.Split(", ")),
    ];

    // The default one aside.
    private static async Task<long> CountPartitionsAsync(PostgresServer server, string database) =>
        long.Parse(
            (await server.QueryAsync<string>(
                database,
                "SELECT (count(*) - 1)::text FROM pg_inherits WHERE inhparent = to_regclass('public.audit_log')"))[0],
            CultureInfo.InvariantCulture);

    private static Task<(int ExitCode, string Output)> VerifyAsync(
        GatewayProcess gateway, Dictionary<string, string?> environment) =>
        Cli.RunAsync(["audit", "verify", "--config", gateway.ConfigPath], environment);

    private ProxyConfig Config() =>
        new ProxyConfig()
            .Backend("sample", servers.Sample.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*", "prompt:*", "resource:*"])
            .SessionKeys()
            .AuditToPostgres();

    [GeneratedRegex("Audit partitions made: (?<names>.+)$", RegexOptions.None, 1000)]
    private static partial Regex MadeLine();
}
