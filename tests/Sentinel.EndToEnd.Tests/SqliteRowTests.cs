using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What calls leave in the embedded store.</summary>
public sealed class SqliteRowTests(Servers servers)
{
    [Fact]
    public async Task A_successful_and_a_denied_call_leave_one_row_each()
    {
        await using var gateway = await GatewayProcess.StartAsync(
            new ProxyConfig()
                .Backend("sample", servers.Sample.Url)
                .ApiKey("limited", Servers.LimitedKey, "limited")
                .Role("limited", allow: ["sample/*"], deny: ["sample/fail"])
                .AuditToSqlite("rows/audit.db")
        );
        var url = new Uri(gateway.Url, "sample/mcp");

        var echoed = await Rpc.CallAsync(url, Servers.LimitedKey, "echo", """{"text":"sqlite"}""");
        var denied = await Rpc.CallAsync(url, Servers.LimitedKey, "fail");

        var table = AuditTable.OfFile(Path.Combine(gateway.Folder, "rows/audit.db"));
        await table.HasRowsAsync(2);
        var rows = await table.RowsAsync();
        Assert.Equal([echoed.RequestId, denied.RequestId], rows.Select(row => row.Text("request_id")));
        Assert.Equal(echoed.Body.Length, rows[0].Number("response_bytes"));
        Assert.Equal(denied.Body.Length, rows[1].Number("response_bytes"));
        Snapshot.Match(string.Join('\n', rows));
    }
}
