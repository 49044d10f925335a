using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public sealed class MigrateTests(Servers servers, Postgres postgres)
{
    [Fact]
    public async Task A_dry_run_changes_nothing_the_first_run_everything_and_the_second_nothing()
    {
        var server = await postgres.ServerAsync();
        var database = await server.NewDatabaseAsync();
        using var folder = new TemporaryFolder();
        var config = Config(servers).WriteTo(folder);
        var environment = Postgres.Environment(server, database);
        Task<(int ExitCode, string Output)> RunAsync(params string[] more) =>
            Cli.RunAsync(["migrate", "--config", config, .. more], environment);

        var dry = await RunAsync("--dry-run");
        var tablesAfterDryRun = await TablesAsync(server, database);
        var first = await RunAsync();
        var tablesAfterFirst = await TablesAsync(server, database);
        var second = await RunAsync();

        Assert.Equal((0, 0, 0), (dry.ExitCode, first.ExitCode, second.ExitCode));
        Assert.Empty(tablesAfterDryRun);
        Assert.Contains("audit_log", tablesAfterFirst);
        Assert.Equal(tablesAfterFirst, await TablesAsync(server, database));
        Snapshot.Match($"$ sentinel migrate --dry-run\n{dry.Output}\n$ sentinel migrate\n{first.Output}\n$ sentinel migrate\n{second.Output}\n");
    }

    [Fact]
    public async Task Without_a_url_it_says_which_variable_to_set()
    {
        using var folder = new TemporaryFolder();

        var (exitCode, output) = await Cli.RunAsync(["migrate", "--config", Config(servers).WriteTo(folder)]);

        Assert.Equal(1, exitCode);
        Assert.Contains("DATABASE_URL is not set", output, StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<string>> TablesAsync(PostgresServer server, string database) =>
        server.QueryAsync<string>(
            database,
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        );

    private static ProxyConfig Config(Servers servers) =>
        new ProxyConfig()
            .Backend("sample", servers.Sample.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*", "prompt:*", "resource:*"])
            .AuditToPostgres();
}
