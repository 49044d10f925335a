using Npgsql;
using Sentinel.Audit.Migrations;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests;

/// <summary>The records must be the ones that Grate would have left; its own were read from a run of it.</summary>
public sealed class MigrationTests(PostgresFixture postgres)
{
    private static readonly string[] OurScripts =
    [
        "0001_create_audit_log.sql", "0002_create_audit_checkpoint.sql", "1001_ensure_audit_partitions.sql",
        "1002_drop_audit_partitions.sql",
    ];

    [Theory]
    [InlineData("CREATE TABLE gw.t4 (a int);\n", "/FgpW0WPMJF/0lM71Dsxog==")]
    [InlineData("CREATE TABLE gw.t2 (a int);\r\nCREATE TABLE gw.t3 (b int);\r\n", "q9nCKu+zFb0pcufmfgbZzg==")]
    [InlineData("CREATE TABLE gw.sub1 (a int);\n", "IfAl6I5Ezo9Q6Exb9j3BNA==")]
    [InlineData("CREATE OR REPLACE VIEW gw.v AS SELECT id FROM gw.thing;\n", "BzuBPENtiYc83Fc1aAU6wA==")]
    public void Hashes_as_grate_does(string text, string hash)
    {
        Assert.Equal(hash, new MigrationScript("up", "x.sql", text).Hash);
    }

    [Fact]
    public void Hashes_alike_whatever_the_line_ends_are_and_not_without_the_last_one()
    {
        var hash = Up("0001_a", "a;\nb;\n").Hash;

        Assert.Equal(hash, Up("0001_a", "a;\r\nb;\r\n").Hash);
        Assert.Equal(hash, Up("0001_a", "a;\rb;\r").Hash);
        Assert.NotEqual(hash, Up("0001_a", "a;\nb;").Hash);
        Assert.NotEqual(Up("0001_a", "'").Hash, Up("0001_a", "''").Hash);
    }

    [Fact]
    public async Task Leaves_the_rows_that_grate_would_leave()
    {
        var (server, database) = await postgres.MigratedAsync();

        Assert.Equal(
            [
                "1|0001_create_audit_log.sql|t|t", "1|0002_create_audit_checkpoint.sql|t|t",
                "1|1001_ensure_audit_partitions.sql|f|t",
                "1|1002_drop_audit_partitions.sql|f|t",
            ],
            await server.QueryAsync<string>(
                database,
                """
                SELECT concat_ws('|', version_id, script_name, one_time_script, entry_date = modified_date)
                FROM "grate"."ScriptsRun" ORDER BY id
                """));
        Assert.Equal(
            [$"{MigrationRunner.Version}|Finished|{Environment.UserName}|t"],
            await server.QueryAsync<string>(
                database,
                """
                SELECT concat_ws('|', version, status, entered_by, repository_path IS NULL) FROM "grate"."Version"
                """));
        Assert.Equal("0.1.0", MigrationRunner.Version);
        var recorded = await server.QueryAsync<string>(
            database, """SELECT text_hash || ' ' || text_of_script FROM "grate"."ScriptsRun" ORDER BY id""");
        Assert.Equal(
            MigrationScripts.InOrder(MigrationScripts.Embedded()).Select(script => $"{script.Hash} {script.Text}"),
            recorded);
        Assert.Equal(
            ["ScriptsRun", "ScriptsRunErrors", "Version"],
            await server.QueryAsync<string>(
                database, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'grate' ORDER BY 1"));
    }

    [Fact]
    public async Task Makes_the_schema_that_is_written_down()
    {
        var (server, database) = await postgres.MigratedAsync();

        var lines = await server.QueryAsync<string>(
            database,
            """
            SELECT line FROM (
                SELECT 1 AS part, table_name::text AS t, ordinal_position::int AS o,
                    format('%s.%s %s%s%s', table_name, column_name, data_type,
                        CASE is_nullable WHEN 'NO' THEN ' not null' END, ' default ' || column_default) AS line
                FROM information_schema.columns
                WHERE table_name IN ('audit_log', 'audit_checkpoint') AND table_schema = 'public'
                UNION ALL SELECT 2, tablename, 0, indexdef
                    FROM pg_indexes WHERE tablename IN ('audit_log', 'audit_checkpoint')
                UNION ALL SELECT 3, conrelid::regclass::text, 0, conname || ': ' || pg_get_constraintdef(oid)
                    FROM pg_constraint
                    WHERE conrelid IN ('public.audit_log'::regclass, 'public.audit_checkpoint'::regclass)
                UNION ALL SELECT 4, relname, 0, relname || ' ' || pg_get_expr(relpartbound, oid)
                    FROM pg_class WHERE relispartition AND relkind = 'r'
                UNION ALL SELECT 5, proname, 0, format('%s security definer %s, config %s, acl %s', oid::regprocedure,
                    prosecdef, proconfig, proacl) FROM pg_proc WHERE proname LIKE '%audit_partitions'
            ) s ORDER BY part, t, o, line
            """);

        Snapshot.Match(string.Join('\n', lines));
    }

    [Fact]
    public async Task Does_nothing_the_second_time_and_leaves_no_version_for_it()
    {
        var (server, database) = await postgres.MigratedAsync();

        var second = await PostgresFixture.MigrateAsync(server, database);

        Assert.Empty(second.Scripts);
        Assert.Equal([1L], await server.QueryAsync<long>(database, """SELECT count(*) FROM "grate"."Version" """));
        Assert.Equal([4L], await server.QueryAsync<long>(database, """SELECT count(*) FROM "grate"."ScriptsRun" """));
    }

    [Fact]
    public async Task Says_what_it_would_do_and_changes_nothing_in_a_dry_run()
    {
        var server = await postgres.ServerAsync();
        var database = await server.NewDatabaseAsync();
        await using var runner = new MigrationRunner(server.ConnectionString(database));

        var result = await runner.RunAsync(dryRun: true);

        Assert.Equal(OurScripts, result.Scripts);
        Assert.True(result.DryRun);
        Assert.Equal(
            [0L],
            await server.QueryAsync<long>(
                database,
                "SELECT count(*) FROM pg_namespace, pg_class WHERE nspname = 'grate' OR relname LIKE 'audit%'"));
    }

    [Fact]
    public async Task Runs_once_when_several_gateways_start_at_the_same_time()
    {
        var server = await postgres.ServerAsync();
        var database = await server.NewDatabaseAsync();

        var results = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => PostgresFixture.MigrateAsync(server, database)));

        Assert.Single(results, result => result.Scripts.Count == 4);
        Assert.Equal(3, results.Count(result => result.Scripts.Count == 0));
        Assert.Equal([4L], await server.QueryAsync<long>(database, """SELECT count(*) FROM "grate"."ScriptsRun" """));
    }

    [Fact]
    public async Task Stops_at_a_one_time_script_that_has_changed_and_records_the_error()
    {
        var server = await postgres.ServerAsync();
        var database = await server.NewDatabaseAsync();
        await RunAsync(server, database, Up("0001_a", "CREATE TABLE a (x int);"));

        var fault = await Assert.ThrowsAsync<SchemaException>(() => RunAsync(
            server, database, Up("0001_a", "CREATE TABLE a (y int);"), Up("0002_b", "CREATE TABLE b (x int);")));

        Assert.Contains("up/0001_a.sql has changed", fault.Message);
        Assert.Equal(["Finished", "Error"], await Statuses(server, database));
        Assert.Equal(
            ["0001_a.sql|CREATE TABLE a (y int);|CREATE TABLE a (y int);"],
            await server.QueryAsync<string>(
                database,
                """
                SELECT concat_ws('|', script_name, text_of_script, erroneous_part_of_script)
                FROM "grate"."ScriptsRunErrors"
                """));
        Assert.Equal([true], await server.QueryAsync<bool>(database, "SELECT to_regclass('public.b') IS NULL"));
    }

    [Fact]
    public async Task Runs_an_any_time_script_again_when_it_has_changed()
    {
        var server = await postgres.ServerAsync();
        var database = await server.NewDatabaseAsync();
        await RunAsync(server, database, View("CREATE OR REPLACE VIEW v AS SELECT 1 AS x;"));

        var unchanged = await RunAsync(server, database, View("CREATE OR REPLACE VIEW v AS SELECT 1 AS x;"));
        var changed = await RunAsync(server, database, View("CREATE OR REPLACE VIEW v AS SELECT 2 AS x;"));
        var back = await RunAsync(server, database, View("CREATE OR REPLACE VIEW v AS SELECT 1 AS x;"));

        Assert.Empty(unchanged.Scripts);
        Assert.Equal(["2001_v.sql"], changed.Scripts);
        Assert.Equal(["2001_v.sql"], back.Scripts);
        Assert.Equal([1], await server.QueryAsync<int>(database, "SELECT x FROM v"));
        Assert.Equal(["Finished", "Finished", "Finished"], await Statuses(server, database));
    }

    [Fact]
    public async Task Rolls_everything_back_when_a_script_fails_and_records_the_error()
    {
        var server = await postgres.ServerAsync();
        var database = await server.NewDatabaseAsync();

        var fault = await Assert.ThrowsAsync<SchemaException>(() => RunAsync(
            server,
            database,
            Up("0001_a", "CREATE TABLE a (x int);"),
            Up("0002_b", "CREATE TABLE b (x int); SELECT 1/0;")));

        Assert.Contains("up/0002_b.sql failed and everything was rolled back: 22012", fault.Message);
        Assert.Equal(["Error"], await Statuses(server, database));
        Assert.Equal([0L], await server.QueryAsync<long>(database, """SELECT count(*) FROM "grate"."ScriptsRun" """));
        Assert.Equal(
            ["0002_b.sql division by zero"],
            await server.QueryAsync<string>(
                database, """SELECT script_name || ' ' || error_message FROM "grate"."ScriptsRunErrors" """));
        Assert.Equal([true], await server.QueryAsync<bool>(database, "SELECT to_regclass('public.a') IS NULL"));
    }

    [Theory]
    [InlineData("up", "0001_a.sql", "SELECT '{{Token}}'", "{{")]
    [InlineData("permissions", "9001_a.sql", "SELECT 1", "every start")]
    [InlineData("afterMigration", "9001_a.sql", "SELECT 1", "every start")]
    [InlineData("up", "everytime.0001_a.sql", "SELECT 1", "every start")]
    [InlineData("views", "2001_a.EveryTime.sql", "SELECT 1", "every start")]
    public void Refuses_what_only_grate_does(string folder, string name, string text, string part)
    {
        var fault = Assert.Throws<SchemaException>(
            () => MigrationScripts.InOrder([new MigrationScript(folder, name, text)]));

        Assert.Contains($"{folder}/{name}", fault.Message);
        Assert.Contains(part, fault.Message);
    }

    [Fact]
    public void Refuses_two_scripts_of_one_name()
    {
        var fault = Assert.Throws<SchemaException>(() => MigrationScripts.InOrder(
            [new("up", "0001_a.sql", "1"), new("views", "0001_a.sql", "2")]));

        Assert.Contains("0001_a.sql", fault.Message);
    }

    [Fact]
    public void Runs_folders_and_files_in_grates_order_and_skips_what_it_skips()
    {
        (string Folder, string Name)[] files =
        [
            ("views", "2001_v.sql"), ("up", "sub/0000_s.sql"), ("up", "0002_b.sql"), ("up", "0001_a.sql"),
            ("runAfterOtherAnyTimeScripts", "8.sql"), ("indexes", "7.sql"), ("triggers", "6.sql"), ("sprocs", "5.sql"),
            ("functions", "1.sql"), ("runFirstAfterUp", "4.sql"), ("runBeforeUp", "3.sql"), ("tests", "9.sql"),
            ("up", "0005_seed.ENV.LOCAL.sql"),
        ];

        var order = MigrationScripts.InOrder(files.Select(file => new MigrationScript(file.Folder, file.Name, "")));

        Assert.Equal(
            [
                "3.sql", "0001_a.sql", "0002_b.sql", "sub/0000_s.sql", "4.sql", "1.sql", "2001_v.sql", "5.sql", "6.sql",
                "7.sql", "8.sql",
            ],
            order.Select(script => script.Name));
    }

    [Fact]
    public void Our_own_scripts_sort_alike_in_every_culture_and_say_what_they_lock()
    {
        Assert.All(MigrationScripts.Embedded(), script =>
        {
            Assert.Matches("^[0-9]{4}_[a-z0-9_]+\\.sql$", script.Name);
            Assert.StartsWith("-- ", script.Text);
            Assert.Contains("-- Locks", script.Text);
            Assert.DoesNotContain('\r', script.Text);
        });
        Assert.Equal(OurScripts, MigrationScripts.InOrder(MigrationScripts.Embedded()).Select(script => script.Name));
    }

    [Fact]
    public async Task Verifies_without_changing_anything_and_says_what_is_missing()
    {
        var (server, database) = await postgres.MigratedAsync();
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(database));
        await SchemaVerifier.VerifyAsync(source);
        await server.ExecuteAsync(
            database,
            """
            ALTER TABLE public.audit_log DROP COLUMN decision;
            ALTER TABLE public.audit_checkpoint ALTER seq TYPE int
            """);

        var fault = await Assert.ThrowsAsync<SchemaException>(() => SchemaVerifier.VerifyAsync(source));

        Assert.Contains("audit_log.decision is missing or not granted;", fault.Message);
        Assert.Contains("audit_checkpoint.seq is integer, needed is bigint", fault.Message);
    }

    private static MigrationScript Up(string name, string text) => new("up", name + ".sql", text);

    private static MigrationScript View(string text) => new("views", "2001_v.sql", text);

    private static async Task<MigrationResult> RunAsync(
        PostgresServer server,
        string database,
        params MigrationScript[] scripts)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(database));
        return await new MigrationRunner(source, scripts, TimeProvider.System).RunAsync();
    }

    private static Task<IReadOnlyList<string>> Statuses(PostgresServer server, string database) =>
        server.QueryAsync<string>(database, """SELECT status FROM "grate"."Version" ORDER BY id""");
}
