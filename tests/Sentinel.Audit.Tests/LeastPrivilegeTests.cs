using Npgsql;
using Sentinel.Audit.Journal;
using Sentinel.Audit.Stores;
using Sentinel.Audit.Tests.Journal;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests;

public sealed class LeastPrivilegeTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Is_enough_for_the_whole_writer(bool mayMakePartitions)
    {
        var (server, database, role) = await RoleAsync(mayMakePartitions);
        var log = new LogSpy();
        await server.ExecuteAsync(database, OldPartition);
        var store = PostgresFixture.Store(
            As(server, database, role),
            new AuditTimings { Upkeep = TimeSpan.Zero },
            migrate: false,
            retentionDays: 30,
            log.For<PostgresAuditStore>());
        await using var rig = await new WriterRig(store, batch: new() { MaxRows = 10, MaxDelayMs = 0 }).StartAsync();

        rig.WriteMany(100);
        await rig.WrittenAsync(100);

        Assert.True(rig.Channel.Status.Healthy);
        Assert.Equal(mayMakePartitions ? 1 : 0, log.WithId(3101).Count);
        Assert.Equal(mayMakePartitions ? 0 : 1, log.WithId(3103).Count);
        Assert.Equal(mayMakePartitions ? 1 : 0, log.WithId(3300).Count);
        Assert.Equal(mayMakePartitions ? 0 : 1, log.WithId(3302).Count);
    }

    // What is granted is not more than what the tests here are about.
    [Fact]
    public async Task Is_what_is_documented_and_nothing_else()
    {
        var (server, database, role) = await RoleAsync(mayMakePartitions: false);

        var granted = await server.QueryAsync<string>(
            database,
            "SELECT table_name || ' ' || string_agg(privilege_type, ' ' ORDER BY privilege_type) "
            + $"FROM information_schema.role_table_grants WHERE grantee = '{role}' GROUP BY table_name ORDER BY 1");

        Assert.Equal(["audit_checkpoint INSERT SELECT UPDATE", "audit_log INSERT SELECT"], granted);
    }

    // A dead gateway's journal is taken over, a row that PostgreSQL refuses is found and marked, a commit's answer is lost,
    // and what the channel does not hold is read from the journal.
    [Fact]
    public async Task Is_enough_for_journals_retries_and_rows_that_are_refused()
    {
        var (server, database, role) = await RoleAsync(mayMakePartitions: true);
        using var journals = new JournalRig();
        using (var abandoned = journals.Open())
        using (var own = journals.Open())
        {
            Assert.True(abandoned.TryWhole(Some.Entry(1)));
            JournalRig.Begin(abandoned, Some.Entry(2));
            Assert.True(own.TryWhole(Some.Entry(3)));
        }

        await server.ExecuteAsync(
            database,
            "ALTER TABLE public.audit_log ADD CONSTRAINT no_poison CHECK (request_args->>'name' IS DISTINCT FROM 'poison')");
        await using var proxy = new TcpFaultProxy(server.Port);
        var lost = proxy.LoseAnswerTo("COMMIT\0"u8);
        var store = PostgresFixture.Store(
            As(server, database, role, proxy.Port), new AuditTimings { Attempt = TimeSpan.FromSeconds(2) }, migrate: false);
        await using var rig = await new WriterRig(
            store,
            capacity: 8,
            guarantee: AuditGuarantee.Durable,
            journal: new JournalOpening(journals.Root, journals.Limits, isRequired: false)).StartAsync();

        rig.Channel.TryWrite(Some.Entry(4) with { RequestArgs = Some.Utf8("""{"name":"poison"}""") });
        rig.WriteMany(500, firstNumber: 5);
        await lost;
        await rig.WrittenAsync(504);

        Assert.Equal(1, rig.Channel.Status.Quarantined);
        var ids = await server.QueryAsync<Guid>(database, "SELECT request_id FROM public.audit_log ORDER BY request_id");
        Assert.Equal(Enumerable.Range(1, 504).Select(number => Some.Entry(number).RequestId), ids);
    }

    [Theory]
    [InlineData("UPDATE public.audit_log SET client_subject = 'bob'")]
    [InlineData("DELETE FROM public.audit_log")]
    [InlineData("TRUNCATE public.audit_log")]
    [InlineData("DELETE FROM public.audit_log_default")]
    [InlineData("UPDATE public.audit_log_default SET chain_hash = NULL")]
    [InlineData("INSERT INTO public.audit_log_default SELECT * FROM public.audit_log")]
    [InlineData("TRUNCATE public.audit_log_default")]
    [InlineData("DROP TABLE public.audit_log_default")]
    [InlineData("ALTER TABLE public.audit_log DETACH PARTITION public.audit_log_default")]
    [InlineData("ALTER TABLE public.audit_log DISABLE TRIGGER ALL")]
    [InlineData("CREATE RULE r AS ON INSERT TO public.audit_log DO INSTEAD NOTHING")]
    [InlineData("CREATE OR REPLACE FUNCTION public.drop_audit_partitions(int) RETURNS int LANGUAGE sql AS 'SELECT 1'")]
    [InlineData("TRUNCATE public.audit_checkpoint")]
    [InlineData("SELECT setval('public.audit_log_id_seq', 1)")]
    [InlineData("DELETE FROM public.audit_checkpoint")]
    [InlineData("DROP TABLE public.audit_log")]
    [InlineData("CREATE TABLE public.mine (x int)")]
    public async Task Does_not_allow(string sql)
    {
        var (server, database, role) = await RoleAsync(mayMakePartitions: true);
        await using var connection = new NpgsqlConnection(As(server, database, role));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task Missing_altogether_is_said_and_retried()
    {
        var (server, database, role) = await RoleAsync(mayMakePartitions: true);
        await server.ExecuteAsync(database, $"REVOKE ALL ON public.audit_log FROM {role}");
        await using var store = PostgresFixture.Store(As(server, database, role), migrate: false);

        var failure = await Assert.ThrowsAsync<AuditStoreException>(() => store.PrepareAsync(CancellationToken.None));

        Assert.Equal(StoreFailure.Temporary, failure.Failure);
        Assert.Equal(TimeSpan.FromMinutes(1), failure.RetryAfter);
        Assert.Contains("audit_log.request_id is missing or not granted", failure.Message);
    }

    // The statements of docs/audit.md, so that what is written there is what was tried.
    private async Task<(PostgresServer Server, string Database, string Role)> RoleAsync(bool mayMakePartitions)
    {
        var (server, database) = await postgres.MigratedAsync();
        var role = "gateway_" + database;
        var grants = Documented().Replace("sentinel_gateway", role, StringComparison.Ordinal);
        var lines = grants.Split('\n')
            .Where(line => mayMakePartitions || !line.Contains("EXECUTE", StringComparison.Ordinal));
        await server.ExecuteAsync(database, $"CREATE ROLE {role} LOGIN;" + string.Join('\n', lines));
        return (server, database, role);
    }

    private static string Documented([System.Runtime.CompilerServices.CallerFilePath] string file = "")
    {
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(file)!, "../../docs/audit.md"));
        var start = page.IndexOf("GRANT SELECT, INSERT ON", StringComparison.Ordinal);
        return page[start..page.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private const string OldPartition =
        "CREATE TABLE public.old PARTITION OF public.audit_log FOR VALUES FROM ('2001-01-01Z') TO ('2001-02-01Z')";

    private static string As(PostgresServer server, string database, string role, int? port = null) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString(database, port)) { Username = role }.ToString();
}
