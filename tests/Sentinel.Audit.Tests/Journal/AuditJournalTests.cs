using Sentinel.Audit.Journal;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests.Journal;

/// <summary>What a journal gives back after its process was killed, and after its disk failed.</summary>
public sealed class AuditJournalTests : IDisposable
{
    private readonly JournalRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Gives_back_every_field_of_an_entry_begun_and_ended_and_of_one_in_one_piece()
    {
        var entry = Some.FullEntry() with { HasStorableArgs = true };
        using var journal = _rig.Open();
        journal.End(JournalRig.Begin(journal, entry)!, entry);
        journal.TryWhole(entry);

        var rows = JournalRig.ReadAll(journal);

        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.Equal(
            entry with { RequestArgs = default }, row with { RequestArgs = default }));
        Assert.All(rows, row => Assert.Equal(entry.RequestArgs.ToArray(), row.RequestArgs.ToArray()));
    }

    [Fact]
    public void A_call_without_an_outcome_becomes_a_row_that_says_the_gateway_crashed_and_only_once()
    {
        using (var journal = _rig.Open())
        {
            journal.End(JournalRig.Begin(journal, Some.Entry(1))!, Some.Entry(1));
            JournalRig.Begin(journal, Some.Entry(2));
        }

        var (found, rows) = _rig.Recover();
        var (again, _) = _rig.Recover();

        Assert.Equal((1, 0L, 0L), (found.Crashed, found.DamagedBytes, found.MissingRows));
        Assert.Equal(0, again.Crashed);
        Assert.Equal([Some.Entry(1).RequestId, Some.Entry(2).RequestId], rows.Select(row => row.RequestId));
        Assert.Equal([null, "gateway_crashed"], rows.Select(row => row.Reason));
        Assert.Equal("alice", rows[1].ClientSubject);
    }

    [Fact]
    public void Whatever_part_of_the_end_is_torn_off_every_record_before_it_is_read()
    {
        var ends = new List<long>();
        using (var journal = _rig.Open())
        {
            for (var number = 1; number <= 3; number++)
            {
                journal.TryWhole(Some.Entry(number));
                ends.Add(journal.SegmentFrom(1)!.End);
            }
        }

        for (long cut = JournalFormat.SegmentHeaderBytes; cut <= ends[^1]; cut++)
        {
            using var torn = _rig.Copy();
            using (var file = File.OpenWrite(torn.Segments[0]))
            {
                file.SetLength(cut);
            }

            var (_, rows) = torn.Recover();

            Assert.Equal(ends.Count(end => end <= cut), rows.Count);
        }
    }

    [Fact]
    public void Whichever_byte_of_a_record_is_flipped_only_that_record_is_lost_and_it_is_said()
    {
        long start, end;
        using (var journal = _rig.Open())
        {
            journal.TryWhole(Some.Entry(1));
            start = journal.SegmentFrom(1)!.End;
            journal.TryWhole(Some.Entry(2));
            end = journal.SegmentFrom(1)!.End;
            journal.TryWhole(Some.Entry(3));
        }

        for (var at = start; at < end; at++)
        {
            using var damaged = _rig.Copy();
            var bytes = File.ReadAllBytes(damaged.Segments[0]);
            bytes[at] ^= 0x40;
            File.WriteAllBytes(damaged.Segments[0], bytes);

            var (found, rows) = damaged.Recover();

            Assert.Equal([Some.Entry(1).RequestId, Some.Entry(3).RequestId], rows.Select(row => row.RequestId));
            Assert.Equal(1, found.MissingRows);
            Assert.True(found.DamagedBytes > 0);
        }
    }

    [Fact]
    public void A_journal_of_another_version_is_left_alone()
    {
        using (var journal = _rig.Open())
        {
            journal.TryWhole(Some.Entry(1));
        }

        var bytes = File.ReadAllBytes(_rig.Segments[0]);
        bytes[8] = 99;
        File.WriteAllBytes(_rig.Segments[0], bytes);

        using var other = _rig.Open();

        Assert.Equal(bytes, File.ReadAllBytes(_rig.Segments[0]));
        Assert.Equal(2, Directory.GetDirectories(_rig.Root).Length);
    }

    [Fact]
    public void A_folder_that_is_held_is_not_taken_and_one_that_was_left_is()
    {
        var first = _rig.Open();
        using var second = _rig.Open();
        var id = first.Id;
        Assert.True(first.TryWhole(Some.Entry(1)));
        first.Dispose();

        using var third = _rig.Open();

        Assert.NotEqual(second.Id, id);
        Assert.Equal(id, third.Id);
    }

    [Fact]
    public async Task Gateways_that_start_at_once_get_a_journal_each_whatever_is_left_over()
    {
        for (var round = 0; round < 20; round++)
        {
            using var rig = new JournalRig();
            for (var i = 0; i < 5; i++)
            {
                Directory.CreateDirectory(Path.Combine(rig.Root, Guid.CreateVersion7().ToString()));
            }

            var journals = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(rig.Open)));

            Assert.Equal(8, journals.Select(journal => journal.Id).Distinct().Count());
            Assert.All(journals, journal => Assert.True(journal.TryWhole(Some.Entry(1))));
            Assert.All(journals, journal => Assert.True(Directory.Exists(journal.Path)));
            Array.ForEach(journals, journal => journal.Dispose());
        }
    }

    [Fact]
    public void When_it_is_full_it_takes_no_call_more_and_the_outcome_of_every_call_it_took()
    {
        _rig.Limits = new JournalLimits(1024 * 1024, TimeSpan.FromSeconds(600));
        using var journal = _rig.Open();
        var taken = new List<(JournalTicket Ticket, AuditEntry Entry)>();
        for (var number = 1; number < 10_000; number++)
        {
            var entry = Some.Entry(number) with { RequestArgs = new byte[500] };
            if (taken.Count < 20)
            {
                taken.Add((JournalRig.Begin(journal, entry)!, entry with { ErrorMessage = new string('\u20ac', 1000) }));
            }
            else if (!journal.TryWhole(entry))
            {
                break;
            }
        }

        Assert.Null(JournalRig.Begin(journal, Some.Entry(10_000) with { RequestArgs = new byte[600] }));
        Assert.Contains("full at 1048576 bytes", journal.Fault);
        taken.ForEach(call => journal.End(call.Ticket, call.Entry));

        Assert.Equal(
            taken.Select(call => call.Entry.RequestId),
            JournalRig.ReadAll(journal).Select(row => row.RequestId).TakeLast(taken.Count));
        Assert.InRange(_rig.Segments.Sum(path => new FileInfo(path).Length), 0, 1024 * 1024);
    }

    [Fact]
    public void A_write_that_fails_half_way_costs_that_call_and_nothing_else()
    {
        using var journal = _rig.Open();
        journal.TryWhole(Some.Entry(1));
        _rig.Disk.WriteFault = "No space left on device";
        Assert.False(journal.TryWhole(Some.Entry(2)));
        Assert.Equal("No space left on device", journal.Fault);
        _rig.Disk.WriteFault = null;
        journal.TryWhole(Some.Entry(3));

        Assert.Null(journal.Fault);
        Assert.Equal([Some.Entry(1).RequestId, Some.Entry(3).RequestId], JournalRig.ReadAll(journal).Select(r => r.RequestId));
    }

    [Fact]
    public async Task An_outcome_that_the_disk_refuses_is_recorded_once_it_takes_it_again()
    {
        using var journal = _rig.Open();
        var ticket = JournalRig.Begin(journal, Some.Entry(1))!;
        _rig.Disk.WriteFault = "No space left on device";
        journal.End(ticket, Some.Entry(1));
        Assert.Empty(JournalRig.ReadAll(journal));

        _rig.Disk.WriteFault = null;

        await Sentinel.Tests.Shared.Eventually.TrueAsync(() => JournalRig.ReadAll(journal).Count == 1, "the outcome is there");
    }

    [Fact]
    public async Task A_segment_whose_flush_failed_is_not_used_again()
    {
        using var journal = _rig.Open();
        journal.TryWhole(Some.Entry(3));
        var failed = JournalRig.Begin(journal, Some.Entry(1))!;
        var end = journal.SegmentFrom(1)!.End;
        (_rig.Disk.FlushFault, _rig.Disk.FailsOnce) = ("Input/output error", true);

        Assert.False(await journal.FlushAsync(failed));
        var next = JournalRig.Begin(journal, Some.Entry(2))!;

        Assert.True(await journal.FlushAsync(next));
        Assert.Equal(end, journal.SegmentFrom(1)!.End);
        journal.End(failed, Some.Entry(1));
        journal.End(next, Some.Entry(2));
        Assert.Equal(3, JournalRig.ReadAll(journal).Count);
    }

    [Fact]
    public async Task A_call_that_came_while_a_flush_failed_is_not_vouched_for_by_the_next_one()
    {
        using var journal = _rig.Open();
        var first = JournalRig.Begin(journal, Some.Entry(1))!;
        _rig.Disk.FlushGate.Reset();
        (_rig.Disk.FlushFault, _rig.Disk.FailsOnce) = ("Input/output error", true);
        var failing = journal.FlushAsync(first).AsTask();
        await Eventually.TrueAsync(() => _rig.Disk.Flushes > 0, "the flush is under way");

        // Into the segment that is about to fail; the round that it waits for flushes another one.
        var second = JournalRig.Begin(journal, Some.Entry(2))!;
        var next = journal.FlushAsync(second).AsTask();
        _rig.Disk.FlushGate.Set();

        Assert.False(await failing);
        Assert.False(await next);
    }

    [Fact]
    public async Task More_open_calls_than_a_segment_holds_are_not_copied_for_ever()
    {
        _rig.Limits = new JournalLimits(4 * 1024 * 1024, TimeSpan.Zero);
        using var journal = _rig.Open();
        var open = Enumerable.Range(1, 40).Select(number => (
            Entry: Some.Entry(number),
            Ticket: JournalRig.Begin(journal, Some.Entry(number) with { RequestArgs = new byte[60_000] })!)).ToList();
        Assert.True(_rig.Segments.Count > 2, "they fill more than one");

        // Each round comes after all that the one before had to do.
        Assert.True(await journal.FlushAsync(open[^1].Ticket));
        Assert.True(await journal.FlushAsync(open[^1].Ticket));
        Assert.True(_rig.Disk.Flushes < 20, $"{_rig.Disk.Flushes} flushes");

        open.ForEach(call => journal.End(call.Ticket, call.Entry));
        Assert.Equal(open.Select(call => call.Entry.RequestId), JournalRig.ReadAll(journal).Select(row => row.RequestId));
    }

    [Fact]
    public async Task A_folder_that_is_gone_ends_nothing_but_the_journal()
    {
        _rig.Limits = new JournalLimits(4 * 1024 * 1024, TimeSpan.Zero);
        using var journal = _rig.Open();
        for (var number = 1; number < 5_000; number++)
        {
            journal.TryWhole(Some.Entry(number) with { RequestArgs = new byte[300] });
        }

        Directory.Delete(journal.Path, recursive: true);
        journal.Stored(long.MaxValue);
        await Eventually.TrueAsync(() => journal.SegmentFrom(1) is not { Number: 1 }, "the upkeep goes on");

        Assert.True(journal.TryWhole(Some.Entry(5_000)));
    }

    [Fact]
    public async Task Segments_go_once_the_store_has_had_them_long_enough_and_an_open_call_is_carried_forward()
    {
        _rig.Limits = new JournalLimits(4 * 1024 * 1024, TimeSpan.Zero);
        using var journal = _rig.Open();
        var open = JournalRig.Begin(journal, Some.Entry(1) with { ToolName = "long" })!;
        for (var number = 2; number < 5_000; number++)
        {
            journal.TryWhole(Some.Entry(number) with { RequestArgs = new byte[300] });
        }

        var before = _rig.Segments.Count;
        var reader = new JournalReader(journal, 0);
        while (reader.TryReadRow(out _, out _))
        {
        }

        journal.Stored(reader.Position);
        await Eventually.TrueAsync(() => journal.SegmentFrom(1) is not { Number: 1 }, "the first segment is gone");
        await Eventually.TrueAsync(() => _rig.Segments.Count < before, "its file is gone, too");

        journal.End(open, Some.Entry(1));
        var row = Assert.Single(JournalRig.ReadAll(journal, reader.Position));
        Assert.Equal("long", row.ToolName);
    }
}
