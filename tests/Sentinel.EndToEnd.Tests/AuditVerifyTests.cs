using Microsoft.Data.Sqlite;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Proving with the command line that rows are what a real gateway wrote.</summary>
public sealed class AuditVerifyTests(Servers servers)
{
    [Fact]
    public async Task Is_0_for_what_was_written_1_for_what_was_changed_and_2_without_an_answer()
    {
        await using var gateway = await GatewayProcess.StartAsync(
            new ProxyConfig()
                .Backend("sample", servers.Sample.Url)
                .ApiKey("limited", Servers.LimitedKey, "limited")
                .Role("limited", allow: ["sample/*"])
                .AuditToSqlite("rows/audit.db"));
        var url = new Uri(gateway.Url, "sample/mcp");
        foreach (var text in new[] { "ä\\u0000", "\\ud83d\\ude00", "three" })
        {
            await Rpc.CallAsync(url, Servers.LimitedKey, "echo", $$"""{"text":"{{text}}","n":[1.50e1,-0.0]}""");
        }

        var path = Path.Combine(gateway.Folder, "rows/audit.db");
        await AuditTable.OfFile(path).HasRowsAsync(3);
        var (intact, intactOutput) = await VerifyAsync(gateway, "--write-anchor", "anchor.json");
        Change(path, "UPDATE audit_log SET response_status = 'denied' WHERE seq = 2");
        var (altered, alteredOutput) = await VerifyAsync(gateway, "--anchor", "anchor.json");
        var (unanswered, unansweredOutput) = await VerifyAsync(gateway, "--anchor", "nowhere.json");

        Assert.True(intact == 0, intactOutput);
        Assert.StartsWith("3 rows in SQLite, 1 chains", intactOutput, StringComparison.Ordinal);
        Assert.Equal(1, altered);
        Assert.Contains("Altered", alteredOutput, StringComparison.Ordinal);
        Assert.Equal(2, unanswered);
        Assert.Contains("nowhere.json", unansweredOutput, StringComparison.Ordinal);
    }

    private static Task<(int ExitCode, string Output)> VerifyAsync(GatewayProcess gateway, string option, string file) =>
        Cli.RunAsync(["audit", "verify", "--config", "proxy.json", option, file], workingDirectory: gateway.Folder);

    private static void Change(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
