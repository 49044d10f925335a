using Sentinel.Audit.Journal;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests.Journal;

/// <summary>A disk that takes longer to flush than a Strict call may wait.</summary>
public sealed class SlowFlushTests : IDisposable
{
    private readonly JournalRig _journals = new();
    private readonly FakeStore _store = new();
    private readonly TestClock _clock = new();

    public void Dispose()
    {
        _journals.Disk.FlushGate.Set();
        _journals.Dispose();
    }

    [Fact]
    public async Task Refuses_the_strict_calls_that_wait_for_it_and_no_other_until_the_disk_flushes_again()
    {
        await using var rig = await Rig().StartAsync();
        Assert.True((await rig.Channel.BeginAsync(Some.Entry(1))).MayForward);

        _journals.Disk.FlushGate.Reset();
        var refused = await RefusedAsync(rig, 2);
        Assert.False(refused.MayForward);
        Assert.True(rig.Channel.Status.RefusesCalls);
        Assert.Equal("the disk took longer than 2 s", rig.Channel.Status.JournalFault);

        // The next one waits for a flush of its own, and as long again.
        Assert.False((await RefusedAsync(rig, 3)).MayForward);

        _journals.Disk.FlushGate.Set();
        await Eventually.TrueAsync(() => !rig.Channel.Status.RefusesCalls, "the disk flushes again");
        Assert.True((await rig.Channel.BeginAsync(Some.Entry(4))).MayForward);
        Assert.Null(rig.Channel.Status.JournalFault);
    }

    // The counter-proof: it is the limit that refuses, not the disk's slowness.
    [Fact]
    public async Task That_ends_just_within_the_limit_refuses_nothing()
    {
        await using var rig = await Rig().StartAsync();
        _journals.Disk.FlushGate.Reset();
        var timers = _clock.PendingTimers;
        var begun = rig.Channel.BeginAsync(Some.Entry(1)).AsTask();
        await Eventually.TrueAsync(() => _clock.PendingTimers > timers, "the call waits for the disk");

        _clock.Advance(_journals.Limits.FlushWait - TimeSpan.FromMilliseconds(1));
        Assert.False(begun.IsCompleted);
        _journals.Disk.FlushGate.Set();

        Assert.True((await begun).MayForward);
        Assert.False(rig.Channel.Status.RefusesCalls);
    }

    [Fact]
    public async Task Does_not_hold_up_calls_that_need_not_be_on_the_disk()
    {
        await using var rig = await Rig(AuditGuarantee.Durable).StartAsync();
        _journals.Disk.FlushGate.Reset();
        var strict = RefusedAsync(rig, 1, isStrict: true);

        for (var number = 2; number < 500; number++)
        {
            var begun = await rig.Channel.BeginAsync(Some.Entry(number) with { RequestArgs = new byte[2000] });
            Assert.True(begun.MayForward);
            Assert.True(rig.Channel.TryWrite(begun.Entry));
        }

        Assert.False((await strict).MayForward);
        Assert.Equal(0, rig.Channel.Status.Unjournaled);
        _journals.Disk.FlushGate.Set();
    }

    [Fact]
    public async Task That_never_ends_does_not_keep_the_host_from_stopping()
    {
        var rig = await Rig().StartAsync();
        _journals.Disk.FlushGate.Reset();
        await RefusedAsync(rig, 1);

        await rig.DisposeAsync().AsTask().WaitAsync(Deadline.Default, TestContext.Current.CancellationToken);

        Assert.Single(rig.Log.WithId(3021));
    }

    [Fact]
    public async Task That_then_fails_has_its_segment_used_no_more()
    {
        await using var rig = await Rig().StartAsync();
        var first = (await rig.Channel.BeginAsync(Some.Entry(1))).Entry;
        rig.Channel.TryWrite(first);
        _journals.Disk.FlushGate.Reset();
        await RefusedAsync(rig, 2);
        var segment = _journals.Segments[0];
        _journals.Disk.FlushFault = "Input/output error";
        _journals.Disk.FlushGate.Set();
        await Eventually.TrueAsync(
            () => rig.Channel.Status.JournalFault == "Input/output error", "the flush has failed");
        var before = await File.ReadAllBytesAsync(segment);

        Assert.False((await rig.Channel.BeginAsync(Some.Entry(3))).MayForward);
        _journals.Disk.FlushFault = null;
        await Eventually.TrueAsync(() => rig.Channel.Status.JournalFault is null, "the disk flushes again");
        for (var number = 4; number < 20; number++)
        {
            var begun = await rig.Channel.BeginAsync(Some.Entry(number));
            Assert.True(begun.MayForward);
            rig.Channel.TryWrite(begun.Entry);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(segment));
    }

    // Begins a call, lets the limit pass while the disk flushes, and returns what became of it.
    private async Task<BegunEntry> RefusedAsync(WriterRig rig, int number, bool isStrict = false)
    {
        var timers = _clock.PendingTimers;
        var begun = rig.Channel.BeginAsync(Some.Entry(number), isStrict).AsTask();
        await Eventually.TrueAsync(() => _clock.PendingTimers > timers, "the call waits for the disk");
        _clock.Advance(_journals.Limits.FlushWait);
        return await begun;
    }

    private WriterRig Rig(AuditGuarantee guarantee = AuditGuarantee.Strict) => new(
        _store,
        _clock,
        guarantee: guarantee,
        journal: new JournalOpening(_journals.Root, _journals.Limits, isRequired: true) { Disk = _journals.Disk });
}
