using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public sealed class TwoGatewaysTests(Servers servers, Postgres postgres)
{
    [Fact]
    public async Task Two_that_start_at_once_on_an_empty_database_both_serve_and_both_write()
    {
        var server = await postgres.ServerAsync();
        var database = await server.NewDatabaseAsync();
        var environment = Postgres.Environment(server, database);
        environment[ProxyConfig.SessionKeysVariable] = new('0', 64);
        var starts = Enumerable.Range(0, 2).Select(_ => GatewayProcess.StartAsync(Config(), environment)).ToList();
        var gateways = await Task.WhenAll(starts);
        await using var first = gateways[0];
        await using var second = gateways[1];

        foreach (var gateway in gateways)
        {
            var reply = await Rpc.CallAsync(new Uri(gateway.Url, "sample/mcp"), Servers.TesterKey, "echo", """{"text":"x"}""");
            Assert.Equal(200, reply.Status);
        }

        var table = AuditTable.Of(server, database);
        await Eventually.HoldsAsync(async () => (await table.CountAsync()) is (2, 2));
        Assert.Equal(2, (await table.RowsAsync()).Select(row => row.Text("journal_id")).Distinct().Count());
        Assert.Single(gateways, gateway => gateway.Process.Output.Contains("Audit schema brought up", StringComparison.Ordinal));
        Assert.All(gateways, gateway => Assert.DoesNotContain("warn:", gateway.Process.Output, StringComparison.Ordinal));
    }

    private ProxyConfig Config() =>
        new ProxyConfig()
            .Backend("sample", servers.Sample.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*", "prompt:*", "resource:*"])
            .SessionKeys()
            .AuditToPostgres();
}
