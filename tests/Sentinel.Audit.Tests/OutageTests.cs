using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests;

/// <summary>Each test breaks a server of its own.</summary>
public sealed class OutageTests
{
    private static readonly AuditTimings Impatient = new() { Attempt = TimeSpan.FromSeconds(1) };

    [Fact]
    public async Task A_frozen_server_costs_only_what_is_counted_and_never_blocks_a_call()
    {
        Requires.Postgres();
        await using var server = await PostgresServer.CreateAsync();
        var database = await server.NewDatabaseAsync();
        await using var rig = await new WriterRig(
            PostgresFixture.Store(server.ConnectionString(database) + ";Timeout=1", Impatient),
            capacity: 256,
            batch: new() { MaxRows = 100, MaxDelayMs = 10 }).StartAsync();
        rig.WriteMany(500);
        await Eventually.TrueAsync(() => rig.Channel.Status.Queued < 100, "writing has begun");

        server.Freeze();
        var times = Enumerable.Range(501, 4_000)
            .Select(number => Timed(() => rig.Channel.TryWrite(Some.Entry(number))))
            .Order()
            .ToList();
        await Eventually.TrueAsync(() => !rig.Channel.Status.Healthy, "the outage is seen");
        rig.WriteMany(250, firstNumber: 4_501);
        server.Thaw();
        await Eventually.TrueAsync(() => rig.Channel.Status.Healthy, "the writer is back");
        rig.WriteMany(250, firstNumber: 4_751);
        await Eventually.TrueAsync(() => rig.Channel.Status.Queued == 0, "everything is written");

        var status = rig.Channel.Status;
        var rows = (await server.QueryAsync<long>(database, "SELECT count(*) FROM public.audit_log"))[0];
        var distinct = (await server.QueryAsync<long>(database, "SELECT count(DISTINCT seq) FROM public.audit_log"))[0];
        Assert.True(status.Dropped > 0);
        Assert.Equal(5_000, rows + status.Dropped);
        Assert.Equal(rows, distinct);
        Assert.Equal(rows, status.Written);
        // The slowest few are the test machine's own pauses; a write that waited for the server would be most of them.
        Assert.True(times[^40] < TimeSpan.FromMilliseconds(5), $"TryWrite took {times[^40]}");
    }

    [Fact]
    public async Task A_server_that_stays_frozen_does_not_keep_the_host_from_stopping()
    {
        Requires.Postgres();
        await using var server = await PostgresServer.CreateAsync();
        var database = await server.NewDatabaseAsync();
        var rig = await new WriterRig(
            PostgresFixture.Store(server.ConnectionString(database)),
            timings: new AuditTimings { Drain = TimeSpan.FromSeconds(1) }).StartAsync();
        rig.WriteMany(1);
        await rig.WrittenAsync(1);

        server.Freeze();
        rig.WriteMany(10, firstNumber: 2);
        var took = await TimedAsync(() => rig.DisposeAsync().AsTask());

        Assert.True(took < TimeSpan.FromSeconds(5), $"Stopping took {took}");
        Assert.Equal((1, 10), (rig.Channel.Status.Written, rig.Channel.Status.Dropped));
    }

    [Fact]
    public async Task A_server_that_crashes_and_comes_back_costs_nothing_that_fits_the_channel()
    {
        Requires.Postgres();
        await using var server = await PostgresServer.CreateAsync(fsync: true);
        var database = await server.NewDatabaseAsync();
        await using var rig = await new WriterRig(
            PostgresFixture.Store(server.ConnectionString(database), Impatient)).StartAsync();
        rig.WriteMany(300);
        await rig.WrittenAsync(300);

        await server.StopAsync(immediate: true);
        rig.WriteMany(300, firstNumber: 301);
        await Eventually.TrueAsync(() => !rig.Channel.Status.Healthy, "the outage is seen");
        await server.StartAsync();
        await rig.WrittenAsync(600);

        Assert.Equal([600L], await server.QueryAsync<long>(database, "SELECT count(*) FROM public.audit_log"));
        Assert.Equal(0, rig.Channel.Status.Dropped);
        Assert.Single(rig.Log.WithId(3010));
        Assert.Single(rig.Log.WithId(3011));
    }

    [Fact]
    public async Task A_server_that_is_away_at_the_start_is_migrated_when_it_comes()
    {
        Requires.Postgres();
        await using var server = await PostgresServer.CreateAsync();
        var database = await server.NewDatabaseAsync();
        await server.StopAsync(immediate: false);
        var rig = new WriterRig(PostgresFixture.Store(server.ConnectionString(database), Impatient));
        await using var _ = rig;

        var took = await TimedAsync(rig.StartAsync);
        rig.WriteMany(5);
        await Eventually.TrueAsync(() => !rig.Channel.Status.Healthy, "the outage is seen");
        await server.StartAsync();
        await rig.WrittenAsync(5);

        Assert.True(took < TimeSpan.FromSeconds(1), $"Starting took {took}");
        Assert.Equal([5L], await server.QueryAsync<long>(database, "SELECT count(*) FROM public.audit_log"));
    }

    private static TimeSpan Timed(Action action)
    {
        var started = TimeProvider.System.GetTimestamp();
        action();
        return TimeProvider.System.GetElapsedTime(started);
    }

    private static async Task<TimeSpan> TimedAsync(Func<Task> action)
    {
        var started = TimeProvider.System.GetTimestamp();
        await action();
        return TimeProvider.System.GetElapsedTime(started);
    }
}
