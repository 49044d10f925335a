using Npgsql;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Following recorded calls with the command line.</summary>
public sealed class AuditTailCommandTests(Postgres postgres)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Shows_the_last_calls_and_then_those_that_come_until_it_is_interrupted(bool isPostgres)
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres);
        await stores.WriteAsync([.. Enumerable.Range(1, 5).Select(i => new AuditTestRow(i, Tool: $"tool_{i}"))]);
        await using var tail = stores.Start("audit", "tail", "-f", "-n", "2");
        await tail.WaitForLineAsync(line => line.Contains("tool_5", StringComparison.Ordinal));

        await stores.WriteAsync(new AuditTestRow(6, Tool: "tool_6"));
        await stores.WriteAsync(new AuditTestRow(7, Tool: "\u001b[2Jtool_7") { Time = new DateTime(2026, 11, 1) });
        await tail.WaitForLineAsync(line => line.Contains("tool_7", StringComparison.Ordinal));
        await tail.InterruptAsync();

        Assert.Equal(0, await tail.WaitForExitAsync());
        Assert.Equal(
            ["TIME", "tool_4", "tool_5", "tool_6", "tool_7"],
            tail.Lines.Select(line => line.StartsWith("TIME", StringComparison.Ordinal)
                ? "TIME"
                : line[line.IndexOf("tool_", StringComparison.Ordinal)..][..6]));
        Assert.DoesNotContain('\u001b', tail.Output);
    }

    [Fact]
    public async Task Shows_what_is_committed_late()
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres: true);
        await stores.WriteAsync(new AuditTestRow(1, Tool: "first"));
        await using var tail = stores.Start("audit", "tail", "--follow", "--json");
        await tail.WaitForLineAsync(line => line.Contains("first", StringComparison.Ordinal));

        // Takes its ids now and commits after the other's rows were shown.
        await using var late = new NpgsqlConnection(stores.Server!.ConnectionString(stores.Database));
        await late.OpenAsync();
        await using var begin = new NpgsqlCommand(
            """
            BEGIN;
            INSERT INTO audit_log (request_id, "timestamp", client_subject, client_role, tool_name, backend_name,
                response_status, latency_ms, journal_id, seq)
            VALUES (gen_random_uuid(), '2026-11-02Z', 'a', '', 'late', 'b', 'success', 0,
                '0190c0de-0000-7000-8000-00000000000a', 1);
            INSERT INTO audit_checkpoint (journal_id, month, seq)
            VALUES ('0190c0de-0000-7000-8000-00000000000a', '2026-11-01', 1)
            """,
            late);
        await begin.ExecuteNonQueryAsync();
        await stores.WriteAsync(new AuditTestRow(2, Tool: "second"));
        await tail.WaitForLineAsync(line => line.Contains("second", StringComparison.Ordinal));
        Assert.DoesNotContain(tail.Lines, line => line.Contains("\"late\"", StringComparison.Ordinal));
        await using var commit = new NpgsqlCommand("COMMIT", late);
        await commit.ExecuteNonQueryAsync();

        await tail.WaitForLineAsync(line => line.Contains("\"late\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Goes_on_when_the_store_is_back()
    {
        Requires.Postgres();
        await using var server = await PostgresServer.CreateAsync();
        await using var stores = await AuditStores.CreateAsync(server);
        await stores.WriteAsync(new AuditTestRow(1, Tool: "before"));
        await using var tail = stores.Start("audit", "tail", "-f");
        await tail.WaitForLineAsync(line => line.Contains("before", StringComparison.Ordinal));

        await server.StopAsync();
        await tail.WaitForLineAsync(line => line.Contains("asked again", StringComparison.Ordinal));
        await server.StartAsync();
        await stores.WriteAsync(new AuditTestRow(2, Tool: "after"));

        await tail.WaitForLineAsync(line => line.Contains("github/after", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ends_when_nobody_reads_any_more()
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres: false);
        await stores.WriteAsync(new AuditTestRow(1));
        await using var shell = Shell(stores, "SENTINEL audit tail -f --json | head -n 1");
        await shell.WaitForLineAsync(line => line.StartsWith('{'));

        // The reader is gone; the next row finds it out.
        await stores.WriteAsync(new AuditTestRow(2));

        Assert.Equal(0, await shell.WaitForExitAsync());
    }

    [Fact]
    public async Task A_file_that_several_commands_write_gets_the_rows_of_each()
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres: false);
        await stores.WriteAsync(new AuditTestRow(1), new AuditTestRow(2));
        await using var shell = Shell(
            stores, "{ SENTINEL audit tail --json; SENTINEL audit export; } > rows; SENTINEL audit query --json >> rows");

        Assert.Equal(0, await shell.WaitForExitAsync());

        Assert.Equal(6, (await File.ReadAllLinesAsync(Path.Combine(stores.Folder, "rows"))).Length);
    }

    private static ChildProcess Shell(AuditStores stores, string script)
    {
        var program = Artifacts.Built("Sentinel.Gateway", "sentinel.dll");
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return ChildProcess.Start(
            "sh",
            ["-c", script.Replace("SENTINEL", $"'{dotnet}' '{program}'", StringComparison.Ordinal)],
            stores.Environment,
            stores.Folder);
    }
}
