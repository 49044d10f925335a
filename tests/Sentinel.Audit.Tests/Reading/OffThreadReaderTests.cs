using System.Runtime.CompilerServices;
using Sentinel.Audit.Reading;
using Xunit;

namespace Sentinel.Audit.Tests.Reading;

/// <summary>A server's threads do not wait for a store that knows no asynchronous calls.</summary>
public sealed class OffThreadReaderTests(PostgresFixture postgres)
{
    [Fact]
    public async Task No_step_is_taken_on_a_thread_of_the_pool()
    {
        var slow = new ThreadsSeen();
        await using var reader = new OffThreadReader(slow);

        Assert.Equal(3000, (await BothStores.ListAsync(reader, new AuditQuery())).Count);
        await reader.ReadStatisticsAsync(new AuditQuery(), AuditGrouping.Tool, CancellationToken.None);

        Assert.True(slow.Steps > 3000);
        Assert.False(slow.WasOnPool);

        // Asked directly it is on whatever thread asks.
        await Task.Yield();
        await BothStores.ListAsync(slow, new AuditQuery());
        Assert.True(slow.WasOnPool);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(FetchStep.RowsFirst)]
    [InlineData(FetchStep.RowsFirst + 1)]
    [InlineData(500)]
    public async Task Gives_what_the_store_gives(int rows)
    {
        await using var stores = await BothStores.WithAsync(postgres, [.. Enumerable.Range(0, rows).Select(Some.Entry)]);
        await using var reader = new OffThreadReader(stores.Sqlite);

        var expected = await BothStores.ListAsync(stores.Sqlite, new AuditQuery());
        var read = await BothStores.ListAsync(reader, new AuditQuery());

        Assert.Equal(expected.Select(row => row.Id), read.Select(row => row.Id));
    }

    [Fact]
    public async Task A_query_that_cannot_be_asked_and_a_store_that_is_not_there_are_told_as_they_are()
    {
        await using var reader = AuditReader.Open(
            new AuditOptions { Store = AuditStoreKind.Sqlite, Sqlite = new() { Path = "nowhere/audit.db" } },
            _ => null,
            isInServer: true);

        await Assert.ThrowsAsync<AuditQueryException>(
            () => BothStores.ListAsync(reader, new AuditQuery { Role = "a,b" }));
        var fault = await Assert.ThrowsAsync<AuditReadException>(
            () => BothStores.ListAsync(reader, new AuditQuery()));
        Assert.StartsWith("There is no audit database", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_question_is_over()
    {
        using var cancelled = new CancellationTokenSource();
        await using var reader = new OffThreadReader(new ThreadsSeen());
        var count = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in reader.ReadAsync(new AuditQuery(), cancelled.Token))
            {
                if (++count == FetchStep.RowsFirst)
                {
                    await cancelled.CancelAsync();
                }
            }
        });

        Assert.Equal(FetchStep.RowsFirst, count);
    }

    // Never waits asynchronously, as SQLite's does not.
    private sealed class ThreadsSeen : IAuditReader
    {
        public string Name => "none";

        public int Steps { get; private set; }

        public bool WasOnPool { get; private set; }

        public async IAsyncEnumerable<StoredRow> ReadAsync(
            AuditQuery query,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (var i = 0; i < 3000; i++)
            {
                Look();
                await Task.CompletedTask;
                yield return new StoredRow
                {
                    Id = i,
                    RequestId = Guid.Empty,
                    TimestampMicros = 0,
                    ClientSubject = "",
                    ClientRole = "",
                    ToolName = "",
                    BackendName = "",
                    ResponseStatus = "",
                    LatencyMs = 0,
                    CreatedAtMicros = 0,
                };
            }
        }

        public IAsyncEnumerable<StoredCheckpoint> ReadCheckpointsAsync(CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public IAsyncEnumerable<StoredRow> ReadSpansAsync(
            IReadOnlyList<AuditSpan> spans,
            AuditQuery filter,
            CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<AuditStatistics> ReadStatisticsAsync(
            AuditQuery query,
            AuditGrouping grouping,
            CancellationToken cancellationToken)
        {
            Look();
            return Task.FromResult(new AuditStatistics(new AuditFigures("", 0, 0, 0, null, null, null), [], 0));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private void Look()
        {
            Steps++;
            WasOnPool |= Thread.CurrentThread.IsThreadPoolThread;
        }
    }
}
