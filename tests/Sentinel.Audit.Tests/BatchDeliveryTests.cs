using System.Text;
using Sentinel.Audit.Chain;
using Sentinel.Audit.Stores;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests;

public sealed class BatchDeliveryTests
{
    private readonly FakeStore _store = new();

    [Fact]
    public async Task Stores_all_but_the_arguments_of_the_row_that_is_refused()
    {
        _store.OnAppend = (batch, _) =>
            batch.Rows.ToArray().Any(IsBad) ? throw FakeStore.Content() : Task.CompletedTask;
        await using var rig = new WriterRig(_store);
        for (var number = 1; number <= 100; number++)
        {
            var json = number == 63 ? "[\"bad\"]" : "[]";
            rig.Channel.TryWrite(Some.Entry(number) with { RequestArgs = Some.Utf8(json) });
        }

        await rig.StartAsync();
        await rig.WrittenAsync(100);

        Assert.Equal(
            Enumerable.Range(1, 100).Select(n => Some.Entry(n).RequestId), _store.Rows.Select(r => r.RequestId));
        Assert.Equal(
            Enumerable.Range(1, 100).Select(n => (long)n), _store.Batches.SelectMany(b => b.Seqs.ToArray()));
        var marked = Assert.Single(
            _store.Rows, row => row.RequestArgs.Span.SequenceEqual(StorableJson.Unstorable.Span));
        Assert.Equal(Some.Entry(63).RequestId, marked.RequestId);
        Assert.Equal(1, rig.Channel.Status.Quarantined);
        Assert.Equal(0, rig.Channel.Status.Dropped);
        Assert.True(_store.Attempts < 20, $"{_store.Attempts} attempts");
    }

    [Fact]
    public async Task Counts_a_row_as_dropped_that_is_refused_even_without_its_arguments_and_leaves_no_gap()
    {
        var bad = Some.Entry(5).RequestId;
        _store.OnAppend = (batch, _) =>
            batch.Rows.ToArray().Any(row => row.RequestId == bad) ? throw FakeStore.Content() : Task.CompletedTask;
        await using var rig = new WriterRig(_store);
        rig.WriteMany(9);

        await rig.StartAsync();
        await rig.WrittenAsync(8);

        var status = rig.Channel.Status;
        Assert.Equal((8, 1, 0), (status.Written, status.Dropped, status.Quarantined));
        Assert.Equal([1L, 2, 3, 4, 5, 6, 7, 8], _store.Batches.SelectMany(batch => batch.Seqs.ToArray()));
        Assert.Contains(bad.ToString(), rig.Log.WithId(3013).Single().Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_next_batch_is_taken_and_linked_while_the_store_is_busy(bool isFirstRefused)
    {
        var isAnswered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.OnAppend = async (batch, _) =>
        {
            await isAnswered.Task;
            if (batch.Rows.ToArray().Any(IsBad))
            {
                throw FakeStore.Content();
            }
        };
        await using var rig = new WriterRig(_store, batch: new() { MaxRows = 10, MaxDelayMs = 0 });
        for (var number = 1; number <= 30; number++)
        {
            var json = isFirstRefused && number == 7 ? "[\"bad\"]" : "[]";
            rig.Channel.TryWrite(Some.Entry(number) with { RequestArgs = Some.Utf8(json) });
        }

        await rig.StartAsync();
        await Eventually.TrueAsync(() => rig.Channel.Reader.Count == 10, "two batches are taken");
        Assert.Empty(_store.Batches);
        isAnswered.SetResult();
        await rig.WrittenAsync(30);

        Assert.Equal(
            Enumerable.Range(1, 30).Select(n => Some.Entry(n).RequestId), _store.Rows.Select(r => r.RequestId));
        Assert.Equal(isFirstRefused ? 1 : 0, rig.Channel.Status.Quarantined);
        AssertLinked();
    }

    private void AssertLinked()
    {
        var chain = new RowChain();
        var last = (Seq: 0L, Hash: RowChain.Start);
        foreach (var batch in _store.Batches)
        {
            for (var i = 0; i < batch.Rows.Length; i++)
            {
                var row = batch.Rows.Span[i];
                last = (last.Seq + 1, chain.Link(last.Hash, row, batch.Instance, batch.WriterId, last.Seq + 1));
                Assert.Equal(last.Seq, batch.Seqs.Span[i]);
                Assert.Equal(last.Hash, batch.ChainHashes.Span[i]);
            }

            Assert.Equal(last.Hash, Assert.Single(batch.Moves).ChainHash);
        }
    }

    private static bool IsBad(AuditRow row) => Encoding.UTF8.GetString(row.RequestArgs.Span).Contains("bad");
}
