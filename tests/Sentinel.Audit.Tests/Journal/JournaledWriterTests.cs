using Sentinel.Audit.Journal;
using Sentinel.Audit.Stores;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests.Journal;

public sealed class JournaledWriterTests : IDisposable
{
    private readonly JournalRig _journals = new();
    private readonly FakeStore _store = new();

    public void Dispose() => _journals.Dispose();

    [Fact]
    public async Task What_the_full_channel_does_not_take_is_read_from_the_journal_in_order()
    {
        await using var rig = Rig(capacity: 8);
        await rig.Writer.StartAsync(CancellationToken.None);

        rig.WriteMany(5_000);

        await rig.WrittenAsync(5_000);
        Assert.Equal(0, rig.Channel.Status.Dropped);
        Assert.Equal(Numbers(5_000), _store.Rows.Select(row => row.RequestId));
        Assert.Equal(5_000, rig.Channel.Status.Journaled);
    }

    [Fact]
    public async Task What_a_run_could_not_write_the_next_one_writes()
    {
        _store.OnAppend = (_, token) => Task.Delay(Timeout.Infinite, token);
        var first = Rig(capacity: 8, new AuditTimings { Drain = TimeSpan.FromMilliseconds(50) });
        await first.Writer.StartAsync(CancellationToken.None);
        first.WriteMany(100);
        await first.DisposeAsync();
        Assert.Equal(0, first.Channel.Status.Dropped);
        Assert.Contains("100 stay in the journal", first.Log.WithId(3021).Single().Text);

        _store.OnAppend = (_, _) => Task.CompletedTask;
        await using var second = Rig(capacity: 8);
        await second.Writer.StartAsync(CancellationToken.None);
        await second.WrittenAsync(100);

        Assert.Equal(Numbers(100), _store.Rows.Select(row => row.RequestId));
    }

    [Fact]
    public async Task A_store_that_stands_at_an_earlier_place_is_given_what_it_lacks()
    {
        var stored = new Dictionary<DateOnly, Checkpoint>();
        var rows = new List<Guid>();
        _store.OnReadCheckpoints = () => new Dictionary<DateOnly, Checkpoint>(stored);
        _store.OnAppend = (batch, _) =>
        {
            if (!Checkpoints.Holds(batch, stored))
            {
                rows.AddRange(batch.Rows.ToArray().Select(row => row.RequestId));
                foreach (var move in batch.Moves)
                {
                    stored[move.Month] = new Checkpoint(move.Last, Position: batch.Position);
                }
            }

            return Task.CompletedTask;
        };
        await using var rig = Rig(capacity: 64);
        await rig.Writer.StartAsync(CancellationToken.None);
        rig.WriteMany(10);
        await rig.WrittenAsync(10);
        var lagging = new Dictionary<DateOnly, Checkpoint>(stored);
        var lag = rows.Count;
        rig.WriteMany(10, firstNumber: 11);
        await rig.WrittenAsync(20);

        // The standby that takes over has the first ten only.
        stored = lagging;
        rows.RemoveRange(lag, rows.Count - lag);
        rig.WriteMany(5, firstNumber: 21);

        await Eventually.TrueAsync(() => rows.Count == 25, "the standby has every row");
        Assert.Equal(Numbers(25), rows);
        Assert.Single(rig.Log.WithId(3202));
    }

    [Fact]
    public async Task A_begun_call_is_written_once_with_its_outcome()
    {
        await using var rig = Rig(capacity: 64);
        await rig.Writer.StartAsync(CancellationToken.None);

        var begun = await rig.Channel.BeginAsync(
            Some.Entry(1) with { RequestArgs = Some.Utf8("""{"password":"hunter2"}""") });
        Assert.DoesNotContain(
            "hunter2", string.Concat(_journals.Segments.Select(path => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path)))));
        rig.Channel.TryWrite(begun.Entry with { LatencyUs = 7 });

        await rig.WrittenAsync(1);
        Assert.True(begun.MayForward);
        Assert.Equal(7, Assert.Single(_store.Rows).LatencyUs);
    }

    [Fact]
    public async Task A_strict_call_may_not_be_forwarded_when_the_disk_fails_and_a_durable_one_may()
    {
        await using var rig = Rig(capacity: 64);
        await rig.Writer.StartAsync(CancellationToken.None);
        Assert.True((await rig.Channel.BeginAsync(Some.Entry(1), isStrict: true)).MayForward);
        _journals.Disk.FlushFault = "Input/output error";

        Assert.False((await rig.Channel.BeginAsync(Some.Entry(2), isStrict: true)).MayForward);
        Assert.True((await rig.Channel.BeginAsync(Some.Entry(3))).MayForward);
        _journals.Disk.WriteFault = "No space left on device";
        Assert.True((await rig.Channel.BeginAsync(Some.Entry(4))).MayForward);
        Assert.False((await rig.Channel.BeginAsync(Some.Entry(5), isStrict: true)).MayForward);
        _journals.Disk.WriteFault = null;
        _journals.Disk.FlushFault = null;

        Assert.Equal(2, rig.Channel.Status.Unjournaled);
    }

    [Fact]
    public async Task An_abandoned_journal_that_cannot_be_replayed_keeps_neither_others_nor_own_rows_back()
    {
        var abandoned = Abandon(4);
        _store.OnAppend = (batch, _) => batch.WriterId == abandoned[2].Id
            ? throw new AuditStoreException(StoreFailure.Final, "put back to an older state")
            : Task.CompletedTask;
        await using var rig = Rig(capacity: 64);
        await rig.Writer.StartAsync(CancellationToken.None);
        rig.WriteMany(10, firstNumber: 101);

        await Eventually.TrueAsync(() => _store.Rows.Count >= 13, "all rows but the bad journal's are there");

        Assert.Equal(
            [2, 4, 1, .. Enumerable.Range(101, 10)],
            _store.Rows.Select(Number));
        var error = Assert.Single(rig.Log.WithId(3208)).Text;
        Assert.Contains(abandoned[2].Path, error);
        Assert.Contains("put back to an older state", error);
        Assert.NotNull(JournalFolder.TryTake(abandoned[2].Path));
    }

    [Fact]
    public async Task A_journal_of_which_nothing_was_left_begins_anew_and_its_rows_are_written()
    {
        _journals.Limits = _journals.Limits with { Keep = TimeSpan.Zero };
        var store = new FakeStore { KeepsCheckpoints = true };
        for (var number = 1; number <= 3; number++)
        {
            await using var rig = Rig(capacity: 64, store: store);
            await rig.Writer.StartAsync(CancellationToken.None);
            rig.WriteMany(1, firstNumber: number);
            await rig.WrittenAsync(1);
        }

        await using (var idle = Rig(capacity: 64, store: store))
        {
            await idle.Writer.StartAsync(CancellationToken.None);
            await Eventually.TrueAsync(
                () => !_journals.Segments.Any(path => Path.GetFileName(path).StartsWith("0000000003", StringComparison.Ordinal)),
                "what the store has is gone");
        }

        await using var last = Rig(capacity: 64, store: store);
        await last.Writer.StartAsync(CancellationToken.None);
        last.WriteMany(5, firstNumber: 11);
        await last.WrittenAsync(5);

        Assert.Empty(last.Log.WithId(3207));
        Assert.Equal([1, 2, 3, 11, 12, 13, 14, 15], store.Rows.Select(Number));
    }

    [Fact]
    public async Task A_row_whose_commit_was_still_on_its_way_becomes_no_second_one()
    {
        var first = Rig(capacity: 64);
        await first.Writer.StartAsync(CancellationToken.None);
        var begun = await first.Channel.BeginAsync(Some.Entry(1));
        var bytes = File.ReadAllBytes(_journals.Segments[0]);
        first.Channel.TryWrite(begun.Entry);
        await first.WrittenAsync(1);
        await first.DisposeAsync();
        File.WriteAllBytes(_journals.Segments[0], bytes);

        // Reading the checkpoint waits for that commit; until then nobody sees its rows.
        _store.ShowsRowsOnceCheckpointsAreRead = true;
        await using var second = Rig(capacity: 64);
        await second.Writer.StartAsync(CancellationToken.None);
        second.WriteMany(1, firstNumber: 2);
        await Eventually.TrueAsync(() => _store.Rows.Any(row => Number(row) == 2), "the next call has its row");

        Assert.Equal([(1, null), (2, null)], _store.Rows.Select(row => (Number(row), row.Reason)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_abandoned_journal_goes_once_the_store_has_had_it_long_enough(bool isStillThere)
    {
        var abandoned = Abandon(3);
        var clock = new TestClock();
        var store = new FakeStore { KeepsCheckpoints = isStillThere };
        await using var rig = Rig(capacity: 64, time: clock, store: store);
        await rig.Writer.StartAsync(CancellationToken.None);
        await rig.WrittenAsync(3);

        await WriteOneAsync(101);
        Assert.All(abandoned, journal => Assert.True(Directory.Exists(journal.Path), journal.Path));
        clock.Advance(_journals.Limits.Keep);
        await WriteOneAsync(102);
        await WriteOneAsync(103);

        // A standby that took over may have lacked them: then they are given to it, and stay.
        Assert.Equal(isStillThere ? 2 : 0, rig.Log.WithId(3209).Count);
        Assert.Equal(isStillThere ? 2 : 4, rig.Log.WithId(3205).Count);
        Assert.Equal(
            [true, !isStillThere, !isStillThere], abandoned.Select(journal => Directory.Exists(journal.Path)));

        async Task WriteOneAsync(int number)
        {
            rig.WriteMany(1, firstNumber: number);
            await Eventually.TrueAsync(
                () =>
                {
                    clock.Advance(TimeSpan.FromMilliseconds(100));
                    return store.Rows.Any(row => Number(row) == number);
                },
                $"{number} is written");
        }
    }

    [Fact]
    public async Task When_writing_has_stopped_the_journal_goes_on()
    {
        _store.OnAppend = (_, _) => throw new AuditStoreException(StoreFailure.Final, "another process writes");
        var first = Rig(capacity: 8);
        await first.Writer.StartAsync(CancellationToken.None);
        first.WriteMany(1);
        await Eventually.TrueAsync(() => first.Log.WithId(3021).Any(), "the writer has stopped");

        Assert.Equal(50, first.WriteMany(50, firstNumber: 2));
        var strict = await first.Channel.BeginAsync(Some.Entry(52), isStrict: true);
        Assert.True(strict.MayForward);
        first.Channel.TryWrite(strict.Entry);
        Assert.Contains("the journal", Assert.Single(first.Log.WithId(3207)).Text);
        Assert.Equal(0, first.Channel.Status.Dropped);
        await first.DisposeAsync();

        _store.OnAppend = (_, _) => Task.CompletedTask;
        await using var second = Rig(capacity: 64);
        await second.Writer.StartAsync(CancellationToken.None);
        await second.WrittenAsync(52);
        Assert.Equal(Numbers(52), _store.Rows.Select(row => row.RequestId));
    }

    [Fact]
    public async Task An_outcome_that_the_disk_lost_after_its_row_was_stored_becomes_no_second_row()
    {
        var first = Rig(capacity: 64);
        await first.Writer.StartAsync(CancellationToken.None);
        var stored = await first.Channel.BeginAsync(Some.Entry(1));
        await first.Channel.BeginAsync(Some.Entry(2));
        var kept = new FileInfo(_journals.Segments[0]);
        var bytes = File.ReadAllBytes(kept.FullName);
        first.Channel.TryWrite(stored.Entry);
        await first.WrittenAsync(1);
        await first.DisposeAsync();

        // As after a power failure: the pages that came last never reached the disk.
        File.WriteAllBytes(kept.FullName, bytes);
        await using var second = Rig(capacity: 64);
        await second.Writer.StartAsync(CancellationToken.None);
        second.WriteMany(1, firstNumber: 3);
        await Eventually.TrueAsync(
            () => _store.Rows.Any(row => row.RequestId == Some.Entry(3).RequestId), "the next call has its row");

        Assert.Equal(
            [(1, null), (2, "gateway_crashed"), (3, null)],
            _store.Rows.Select(row => (Number(row), row.Reason)).Order());
    }

    // The first of them is the one that the next run goes on with.
    private List<(Guid Id, string Path)> Abandon(int count)
    {
        var journals = Enumerable.Range(1, count).Select(_ => _journals.Open()).ToList();
        for (var i = 0; i < count; i++)
        {
            Assert.True(journals[i].TryWhole(Some.Entry(i + 1)));
        }

        journals.ForEach(journal => journal.Dispose());
        return [.. journals.Select(journal => (journal.Id, journal.Path))];
    }

    private static int Number(AuditRow row) => Convert.ToInt32(row.RequestId.ToString()[^4..], 16);

    private static IEnumerable<Guid> Numbers(int count) =>
        Enumerable.Range(1, count).Select(number => Some.Entry(number).RequestId);

    private WriterRig Rig(
        int capacity, AuditTimings? timings = null, TimeProvider? time = null, FakeStore? store = null) => new(
        store ?? _store,
        time,
        capacity: capacity,
        timings: timings,
        guarantee: AuditGuarantee.Durable,
        journal: new JournalOpening(_journals.Root, _journals.Limits, isRequired: false) { Disk = _journals.Disk });
}
