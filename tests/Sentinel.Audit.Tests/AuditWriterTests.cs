using Sentinel.Audit.Stores;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests;

public sealed class AuditWriterTests
{
    private readonly TestClock _clock = new();
    private readonly FakeStore _store = new();

    [Fact]
    public async Task Lag_counts_from_the_end_of_a_call_and_not_from_its_arrival()
    {
        var clock = new TestClock();
        var store = new FakeStore { OnAppend = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation) };
        await using var rig = await new WriterRig(
            store, clock, timings: new AuditTimings { Drain = TimeSpan.Zero }).StartAsync();
        var arrived = clock.GetUtcNow().UtcDateTime.AddSeconds(-300);

        rig.Channel.TryWrite(Some.Entry() with { Timestamp = arrived, LatencyUs = 293_000_000 });

        await Eventually.TrueAsync(() => store.Attempts > 0, "the entry is in the writer's hands");
        Assert.Equal(7, rig.Channel.Status.LagSeconds);
    }

    [Fact]
    public async Task Stores_at_once_when_idle()
    {
        await using var rig = await new WriterRig(_store, _clock).StartAsync();

        rig.WriteMany(1);

        // The clock stands still: nothing that waits for a delay could ever arrive.
        await rig.WrittenAsync(1);
    }

    [Fact]
    public async Task Gathers_a_batch_when_busy_until_the_delay_is_over()
    {
        await using var rig = await new WriterRig(_store, _clock).StartAsync();
        rig.WriteMany(1);
        await rig.WrittenAsync(1);
        var idleTimers = _clock.PendingTimers;

        rig.WriteMany(1, firstNumber: 2);
        await Eventually.TrueAsync(() => _clock.PendingTimers > idleTimers, "the writer waits for more");
        rig.WriteMany(4, firstNumber: 3);
        Assert.Single(_store.Batches);
        Assert.Equal(5, rig.Channel.Status.Queued);
        _clock.Advance(TimeSpan.FromMilliseconds(100));

        await rig.WrittenAsync(6);
        Assert.Equal([1, 5], _store.Batches.Select(batch => batch.Rows.Length));
    }

    [Fact]
    public async Task Is_idle_again_when_the_last_batch_held_one_row_and_is_long_past()
    {
        await using var rig = await new WriterRig(_store, _clock).StartAsync();
        var idleTimers = _clock.PendingTimers;
        var waited = true;
        for (var number = 1; waited && number <= 50; number++)
        {
            // The clock may have moved before the writer looked at it after its last batch; then it is busy still.
            _clock.Advance(TimeSpan.FromSeconds(1));
            rig.WriteMany(1, number);
            await Eventually.TrueAsync(
                () => _store.Batches.Count == number || _clock.PendingTimers > idleTimers,
                "a batch, or a wait for more");
            waited = _store.Batches.Count < number || number == 1;
            _clock.Advance(TimeSpan.FromMilliseconds(200));
            await rig.WrittenAsync(number);
        }

        Assert.False(waited);
    }

    [Fact]
    public async Task Never_takes_more_than_a_full_batch()
    {
        await using var rig = new WriterRig(_store, _clock, batch: new() { MaxRows = 10, MaxDelayMs = 0 });
        rig.WriteMany(35);
        await rig.StartAsync();

        await rig.WrittenAsync(35);

        Assert.Equal([10, 10, 10, 5], _store.Batches.Select(batch => batch.Rows.Length));
    }

    [Fact]
    public async Task Takes_fewer_rows_at_a_time_the_longer_their_arguments_are()
    {
        await using var rig = new WriterRig(_store, _clock, batch: new() { MaxRows = 1000, MaxDelayMs = 0 });
        var arguments = Some.Utf8($"\"{new string('x', 60_000)}\"");
        for (var number = 1; number <= 300; number++)
        {
            rig.Channel.TryWrite(Some.Entry(number) with { RequestArgs = arguments });
        }

        await rig.StartAsync();
        await rig.WrittenAsync(300);

        // 16 MiB, and the row that reaches them.
        Assert.Equal([280, 20], _store.Batches.Select(batch => batch.Rows.Length));
    }

    [Fact]
    public async Task Numbers_rows_by_month_and_says_where_each_month_stood()
    {
        await using var rig = new WriterRig(_store, _clock, batch: new() { MaxRows = 3, MaxDelayMs = 0 });
        foreach (var month in new[] { 11, 12, 11, 12, 12 })
        {
            var arrival = new DateTime(2026, month, 1, 0, 0, 0, DateTimeKind.Utc);
            rig.Channel.TryWrite(Some.Entry() with { Timestamp = arrival });
        }

        await rig.StartAsync();
        await rig.WrittenAsync(5);

        DateOnly november = new(2026, 11, 1), december = new(2026, 12, 1);
        Assert.Equal([1L, 1, 2], _store.Batches[0].Seqs.ToArray());
        Assert.Equal([(november, 0L, 2L), (december, 0, 1)], _store.Batches[0].Moves.Select(Numbers));
        Assert.Equal([2L, 3], _store.Batches[1].Seqs.ToArray());
        Assert.Equal([(december, 1L, 3L)], _store.Batches[1].Moves.Select(Numbers));
        Assert.All(_store.Batches, batch => Assert.Equal(rig.Writer.WriterId, batch.WriterId));
        Assert.Equal(7, rig.Writer.WriterId.Version);

        static (DateOnly Month, long Expected, long Last) Numbers(MonthMove move) =>
            (move.Month, move.Expected, move.Last);
    }

    [Fact]
    public async Task Keeps_a_batch_through_an_outage_and_tells_of_both_ends()
    {
        var isAway = true;
        _store.OnAppend = (_, _) => isAway ? throw FakeStore.Temporary() : Task.CompletedTask;
        await using var rig = await new WriterRig(_store, _clock, capacity: 4).StartAsync();
        rig.WriteMany(1);
        await Eventually.TrueAsync(() => rig.Log.WithId(3010).Count == 1, "the outage is logged");
        var accepted = rig.WriteMany(10, firstNumber: 2);

        for (var i = 0; i < 5; i++)
        {
            var attempts = _store.Attempts;
            await Eventually.TrueAsync(
                () =>
                {
                    _clock.Advance(TimeSpan.FromMilliseconds(100));
                    return _store.Attempts > attempts;
                },
                "another attempt");
        }

        Assert.False(rig.Channel.Status.Healthy);
        Assert.Equal("away", rig.Channel.Status.LastError);
        isAway = false;
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromMilliseconds(100));
                return rig.Channel.Status.Written == 5;
            },
            "what was accepted is written");

        Assert.Equal(4, accepted);
        Assert.Equal(6, rig.Channel.Status.Dropped);
        Assert.True(rig.Channel.Status.Healthy);
        Assert.Single(rig.Log.WithId(3010));
        Assert.Single(rig.Log.WithId(3011));
        Assert.Equal(6, _store.Batches[^1].Dropped);
    }

    [Fact]
    public async Task Retries_to_prepare_and_loses_nothing_meanwhile()
    {
        var preparations = 0;
        _store.OnPrepare = _ => ++preparations < 3 ? throw FakeStore.Temporary() : Task.CompletedTask;
        await using var rig = await new WriterRig(_store, _clock).StartAsync();
        rig.WriteMany(3);

        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromMilliseconds(100));
                return _store.Rows.Count == 3;
            },
            "the rows are stored");

        Assert.Equal(3, preparations);
    }

    [Fact]
    public async Task Drains_what_is_queued_when_it_is_stopped_and_says_what_came_of_it()
    {
        var rig = new WriterRig(_store, _clock, batch: new() { MaxRows = 7 });
        rig.WriteMany(100);
        await rig.StartAsync();

        await rig.DisposeAsync();

        Assert.Equal(100, _store.Rows.Count);
        Assert.True(_store.IsDisposed);
        Assert.Equal(
            "Audit writer ended: 100 rows written, 0 entries dropped, 0 of them left behind; "
                + "0 stay in the journal for the next start.",
            rig.Log.Messages[^1].Text);
    }

    [Fact]
    public async Task Gives_up_draining_after_its_own_limit_and_counts_what_it_leaves_behind()
    {
        _store.OnAppend = (_, token) => Task.Delay(Timeout.Infinite, token);
        var rig = new WriterRig(_store, _clock, batch: new() { MaxRows = 7 });
        rig.WriteMany(100);
        await rig.StartAsync();
        await Eventually.TrueAsync(() => _store.Attempts == 1, "the first batch is on its way");

        var stopping = rig.Writer.StopAsync(new CancellationToken(canceled: true));
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(stopping.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await stopping;

        Assert.Equal((0, 0, 100), (rig.Channel.Status.Written, rig.Channel.Status.Queued, rig.Channel.Status.Dropped));
        Assert.Equal(100, rig.Meters.Read()["sentinel.audit.dropped"]);
        Assert.Contains("100 of them left behind", rig.Log.WithId(3021).Single().Text);
        await rig.DisposeAsync();
    }

    [Fact]
    public async Task Stops_for_good_when_its_checkpoint_is_not_where_it_left_it()
    {
        _store.OnAppend = (batch, _) => throw Checkpoints.Mismatch(batch.WriterId, batch.Moves[0], 99);
        await using var rig = await new WriterRig(_store, _clock).StartAsync();
        rig.WriteMany(3);

        await Eventually.TrueAsync(() => rig.Log.WithId(3020).Count == 1, "the writer stops");
        await Eventually.TrueAsync(() => rig.Channel.Status.Queued == 0, "what was queued is counted");

        Assert.False(rig.Channel.TryWrite(Some.Entry()));
        Assert.Equal((0, 4), (rig.Channel.Status.Written, rig.Channel.Status.Dropped));
        Assert.False(rig.Channel.Status.Healthy);
    }
}
