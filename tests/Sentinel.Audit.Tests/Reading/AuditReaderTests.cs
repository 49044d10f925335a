using Microsoft.Data.Sqlite;
using Npgsql;
using Sentinel.Audit.Reading;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests.Reading;

public sealed class AuditReaderTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Reads_a_state_that_rows_written_meanwhile_do_not_change()
    {
        await using var stores = await BothStores.WithAsync(postgres, Entries(0, 500));
        foreach (var reader in new[] { stores.Postgres, stores.Sqlite })
        {
            var rows = reader.ReadAsync(new AuditQuery(), CancellationToken.None).GetAsyncEnumerator();
            Assert.True(await rows.MoveNextAsync());
            await stores.WriteAsync(Guid.CreateVersion7(), Entries(500, 100));
            var count = 1;
            while (await rows.MoveNextAsync())
            {
                count++;
            }

            await rows.DisposeAsync();
            Assert.Equal(reader == stores.Postgres ? 500 : 600, count);
        }
    }

    [Fact]
    public async Task Leaves_postgres_no_transaction_however_an_enumeration_ends()
    {
        await using var stores = await BothStores.WithAsync(postgres, Entries(0, 500));
        await foreach (var _ in stores.Postgres.ReadAsync(new AuditQuery(), CancellationToken.None))
        {
            break;
        }

        // The next reading gets the same pooled connection.
        Assert.Equal(500, (await BothStores.ListAsync(stores.Postgres, new AuditQuery())).Count);
        Assert.Equal(
            [0L],
            await stores.Server.QueryAsync<long>(
                stores.Database,
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"));
    }

    [Fact]
    public async Task Is_ended_by_its_cancellation_while_postgres_makes_it_wait()
    {
        await using var stores = await BothStores.WithAsync(postgres, Entries(0, 10));
        await using var blocker = await LockedAsync(stores);
        using var cancellation = new CancellationTokenSource();
        var reading = FirstAsync(stores.Postgres, cancellation.Token);
        await Eventually.TrueAsync(
            async () => (await stores.Server.QueryAsync<long>(
                "postgres", "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))[0] == 1,
            "the reader waits for the lock");

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task Needs_nothing_but_to_select_from_both_tables()
    {
        await using var stores = await BothStores.WithAsync(postgres, Entries(0, 3));
        var role = "auditor_" + stores.Database;
        await stores.Server.ExecuteAsync(
            stores.Database,
            $"CREATE ROLE {role} LOGIN; GRANT SELECT ON public.audit_log, public.audit_checkpoint TO {role}");
        var url = stores.Server.ConnectionString(stores.Database)
            .Replace("Username=postgres", "Username=" + role, StringComparison.Ordinal);
        await using var reader = AuditReader.Open(new AuditOptions(), _ => url);
        var tail = new AuditTail(reader);
        await tail.StartAsync(CancellationToken.None);
        await stores.WriteAsync(Guid.CreateVersion7(), Entries(3, 2));

        var page = await BothStores.ListAsync(reader, new AuditQuery { Limit = 10 });
        var figures = await reader.ReadStatisticsAsync(new AuditQuery(), AuditGrouping.Tool, CancellationToken.None);
        var followed = await tail.StepAsync(new AuditQuery(), CancellationToken.None).CountAsync();

        Assert.Equal((5, 5L, 2), (page.Count, figures.Total.Calls, followed));
    }

    [Fact]
    public async Task Is_ended_by_its_timeout_with_a_word_of_what_to_do()
    {
        await using var stores = await BothStores.WithAsync(postgres, Entries(0, 10));
        await using var blocker = await LockedAsync(stores);
        await using var hasty = AuditReader.Open(
            new AuditOptions(),
            _ => stores.Server.ConnectionString(stores.Database),
            TimeSpan.FromMilliseconds(50));

        var failure = await Assert.ThrowsAsync<AuditReadException>(() => FirstAsync(hasty, CancellationToken.None));

        Assert.Contains("narrower time range", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_ended_by_its_cancellation_while_sqlite_sorts()
    {
        await using var stores = await BothStores.WithAsync(postgres, Entries(0, 1));
        await GrowAsync(stores.SqlitePath, 300_000);
        using var cancellation = new CancellationTokenSource();
        // No index leads to a writer's numbers, so that all of it is sorted before the first row.
        var query = new AuditQuery
        {
            Writer = new AuditWriterMonth(Some.WriterId, new DateOnly(2026, 11, 1)),
            Order = AuditOrder.Sequence,
        };
        cancellation.CancelAfter(TimeSpan.FromMilliseconds(30));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in stores.Sqlite.ReadAsync(query, cancellation.Token))
            {
            }
        });
    }

    [Theory]
    [InlineData("DROP TABLE public.audit_log", "sentinel migrate")]
    [InlineData("ALTER TABLE public.audit_log DROP COLUMN trace_id", "sentinel migrate")]
    public async Task Says_what_to_do_where_the_schema_is_not_there(string change, string remedy)
    {
        await using var stores = await BothStores.WithAsync(postgres);
        await stores.Server.ExecuteAsync(stores.Database, change);

        var failure = await Assert.ThrowsAsync<AuditReadException>(
            () => FirstAsync(stores.Postgres, CancellationToken.None));

        Assert.Contains(remedy, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_where_it_looked_for_a_database_that_is_not_there()
    {
        using var folder = new TemporaryFolder();
        await using var reader = AuditReader.Open(new AuditOptions
        {
            Store = AuditStoreKind.Sqlite,
            Sqlite = new() { Path = folder.File("none.db") },
        });

        var failure = await Assert.ThrowsAsync<AuditReadException>(() => FirstAsync(reader, CancellationToken.None));

        Assert.Contains(folder.File("none.db"), failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("none.db")));
    }

    [Fact]
    public async Task Says_that_a_file_which_is_no_database_is_none()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("x.db"), new string('x', 4096));
        await using var reader = AuditReader.Open(new AuditOptions
        {
            Store = AuditStoreKind.Sqlite,
            Sqlite = new() { Path = folder.File("x.db") },
        });

        await Assert.ThrowsAsync<AuditReadException>(() => FirstAsync(reader, CancellationToken.None));
    }

    [Fact]
    public void Names_the_variable_without_which_there_is_no_store()
    {
        var failure = Assert.Throws<AuditConfigurationException>(
            () => AuditReader.Open(new AuditOptions { Store = AuditStoreKind.Postgres }, _ => null));

        Assert.Contains("DATABASE_URL", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opens_what_was_recorded_before_auditing_was_switched_off()
    {
        await using var stores = await BothStores.WithAsync(postgres, Entries(0, 3));
        await using var reader = AuditReader.Open(
            new AuditOptions { Enabled = false }, _ => stores.Server.ConnectionString(stores.Database));

        Assert.Equal(3, (await BothStores.ListAsync(reader, new AuditQuery())).Count);
    }

    [Fact]
    public void Takes_fewer_rows_at_a_time_the_longer_they_are()
    {
        var step = new FetchStep();
        var first = step.RowCount;
        step.Adapt(Rows(first, argumentBytes: 0));
        Assert.Equal(2 * first, step.RowCount);
        for (var i = 0; i < 10; i++)
        {
            step.Adapt(Rows(step.RowCount, argumentBytes: 0));
        }

        Assert.Equal(FetchStep.RowsMax, step.RowCount);
        step.Adapt(Rows(step.RowCount, argumentBytes: 65_536));
        Assert.InRange(step.RowCount * 65_536L, 65_536, FetchStep.BytesMax);
        step.Adapt(Rows(2, argumentBytes: 16 * 1024 * 1024));
        Assert.Equal(1, step.RowCount);
    }

    private static StoredRow[] Rows(int count, int argumentBytes)
    {
        var arguments = new byte[argumentBytes];
        return
        [
            .. Enumerable.Range(0, count).Select(_ => new StoredRow
            {
                Id = 1,
                RequestId = Guid.Empty,
                TimestampMicros = 0,
                ClientSubject = "",
                ClientRole = "",
                ToolName = "",
                BackendName = "",
                ResponseStatus = "success",
                LatencyMs = 0,
                CreatedAtMicros = 0,
                RequestArgs = arguments,
            }),
        ];
    }

    private static async Task FirstAsync(IAuditReader reader, CancellationToken cancellationToken)
    {
        await foreach (var _ in reader.ReadAsync(new AuditQuery(), cancellationToken))
        {
            return;
        }
    }

    private static async Task<NpgsqlConnection> LockedAsync(BothStores stores)
    {
        var connection = new NpgsqlConnection(stores.Server.ConnectionString(stores.Database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE public.audit_log", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private static async Task GrowAsync(string path, int rows)
    {
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            INSERT INTO audit_log (request_id, "timestamp", client_subject, client_role, tool_name, backend_name,
                response_status, latency_ms, created_at, journal_id, seq)
            WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < $rows)
            SELECT request_id, "timestamp", client_subject, client_role, tool_name, backend_name,
                response_status, latency_ms, created_at, journal_id, i FROM audit_log, n
            """;
        command.Parameters.AddWithValue("$rows", rows);
        await command.ExecuteNonQueryAsync();
    }

    private static AuditEntry[] Entries(int from, int count) =>
        [.. Enumerable.Range(from, count).Select(Some.Entry)];
}
