using System.Text;
using Sentinel.Audit.Stores;
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

    private static bool IsBad(AuditRow row) => Encoding.UTF8.GetString(row.RequestArgs.Span).Contains("bad");
}
