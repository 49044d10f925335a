using System.Globalization;
using Sentinel.Audit.Journal;
using Sentinel.Audit.Tests.Journal;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests;

/// <summary>An outage that goes into the journal, far beyond what the channel holds, and its replay.</summary>
/// <remarks><c>SENTINEL_OUTAGE_ENTRIES</c> makes a longer one.</remarks>
public sealed class LongOutageTests : IDisposable
{
    private const int Before = 1_000;

    private static readonly AuditTimings Impatient = new() { Attempt = TimeSpan.FromSeconds(1) };

    // A busy test machine may keep whoever holds the journal's lock from going on for longer than a call waits.
    private readonly JournalRig _journals = new()
    {
        Limits = new(2L * 1024 * 1024 * 1024, TimeSpan.FromSeconds(600)) { LockWait = Deadline.Default },
    };

    public void Dispose() => _journals.Dispose();

    [Fact]
    public async Task Leaves_every_entry_in_the_store_once_and_in_order_and_costs_no_memory_and_no_call()
    {
        Requires.Postgres();
        var wanted = Environment.GetEnvironmentVariable("SENTINEL_OUTAGE_ENTRIES");
        var count = int.TryParse(wanted, CultureInfo.InvariantCulture, out var set) ? set : 50_000;
        await using var server = await PostgresServer.CreateAsync();
        var database = await server.NewDatabaseAsync();
        await using var rig = await RigAsync(server, database, AuditGuarantee.Durable);
        rig.WriteMany(Before);
        await rig.WrittenAsync(Before);

        server.Freeze();
        // By then the channel is full, and has been.
        var times = await WriteAsync(rig, Before + 1, 5_000);
        await Eventually.TrueAsync(() => !rig.Channel.Status.Healthy, "the outage is seen");
        var early = GC.GetTotalMemory(forceFullCollection: true);
        times.AddRange(await WriteAsync(rig, Before + 5_001, count - 5_000));
        var late = GC.GetTotalMemory(forceFullCollection: true);
        Assert.False(rig.Channel.Status.Healthy);
        Assert.InRange(rig.Channel.Status.Written, Before, Before + 1_000);

        server.Thaw();
        await Eventually.TrueAsync(() => rig.Channel.Status.Written >= Before + (count / 2), "half of it is replayed");
        var replaying = GC.GetTotalMemory(forceFullCollection: true);
        await rig.WrittenAsync(Before + count);

        Assert.Equal((0, 0), (rig.Channel.Status.Dropped, rig.Channel.Status.Unjournaled));
        var ids = await server.QueryAsync<Guid>(database, "SELECT request_id FROM public.audit_log ORDER BY seq");
        Assert.Equal(Enumerable.Range(1, Before + count).Select(number => Some.Entry(number).RequestId), ids);
        Assert.Equal(
            [true], await server.QueryAsync<bool>(
                database, "SELECT bool_and(id > before) FROM (SELECT id, lag(id, 1, 0::bigint) OVER (ORDER BY seq) AS before "
                    + "FROM public.audit_log) AS rows"));
        // An entry is some hundred bytes: what is kept of each would be many times the bound.
        Assert.InRange(late - early, long.MinValue, 4 * 1024 * 1024);
        Assert.InRange(replaying - early, long.MinValue, 16 * 1024 * 1024);
        // The slowest few are the test machine's own pauses; waiting for the store would be an attempt of a second.
        times.Sort();
        var p99 = times[^(times.Count / 100)];
        Assert.True(p99 < TimeSpan.FromMilliseconds(50), $"{p99}");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{count} entries; {early >> 10} KB early, {late >> 10} KB late, {replaying >> 10} KB in replay; a call's "
            + $"part: {times[times.Count / 2].TotalMicroseconds} us p50, {p99.TotalMicroseconds} us p99");
    }

    // The counter-proof: the outage was one that loses entries where nothing but the channel holds them.
    [Fact]
    public async Task Costs_what_the_channel_cannot_hold_without_a_journal()
    {
        Requires.Postgres();
        await using var server = await PostgresServer.CreateAsync();
        var database = await server.NewDatabaseAsync();
        await using var rig = await RigAsync(server, database, AuditGuarantee.BestEffort);
        rig.WriteMany(100);
        await rig.WrittenAsync(100);

        server.Freeze();
        await WriteAsync(rig, 101, 5_000);
        server.Thaw();

        Assert.InRange(rig.Channel.Status.Dropped, 2_000, 5_000);
    }

    // Begin and outcome of one call after the other.
    private static async Task<List<TimeSpan>> WriteAsync(WriterRig rig, int firstNumber, int count)
    {
        var times = new List<TimeSpan>(count);
        for (var number = firstNumber; number < firstNumber + count; number++)
        {
            var entry = Some.Entry(number) with { RequestArgs = Some.Utf8("""{"name":"echo","arguments":{"text":"outage"}}""") };
            var started = TimeProvider.System.GetTimestamp();
            var begun = await rig.Channel.BeginAsync(entry);
            rig.Channel.TryWrite(begun.Entry);
            times.Add(TimeProvider.System.GetElapsedTime(started));
        }

        return times;
    }

    private Task<WriterRig> RigAsync(PostgresServer server, string database, AuditGuarantee guarantee) => new WriterRig(
        PostgresFixture.Store(server.ConnectionString(database) + ";Timeout=1", Impatient),
        guarantee: guarantee,
        journal: guarantee == AuditGuarantee.BestEffort
            ? null
            : new JournalOpening(_journals.Root, _journals.Limits, isRequired: false)).StartAsync();
}
