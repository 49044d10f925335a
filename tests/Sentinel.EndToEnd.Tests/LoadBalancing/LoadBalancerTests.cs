using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests.LoadBalancing;

/// <summary>
/// Sessions, streams and questions to users through HAProxy, which sends every request to the next replica, while
/// replicas are restarted and killed. <see cref="Excuses"/> says which failures the protocol lets happen.
/// </summary>
[Collection(nameof(HeavyLoad))]
public sealed class LoadBalancerTests(Postgres postgres)
{
    private const int Sessions = 170;
    private const int Others = 30;
    private const string SeenOnTwo =
        """
        SELECT count(*) FROM (
            SELECT session_hash FROM public.audit_log WHERE session_hash IS NOT NULL
            GROUP BY session_hash HAVING count(DISTINCT journal_id) >= 2) AS moved
        """;

    [Fact]
    public async Task Replicas_come_and_go_under_open_streams_and_no_call_fails_that_could_succeed()
    {
        Requires.HaProxy();
        await using var world = await BalancedWorld.StartAsync(await postgres.ServerAsync(), sealsWithOneKey: true);
        await using var run = new BalancedRun(world.Url, Sessions, Others);
        await run.MoreAsync(2 * (Sessions + Others));
        Say(run, "all clients call");

        for (var i = 0; i < world.Gateways.Count; i++)
        {
            await world.RestartAsync(i, gateway => gateway.StopAndRestartAsync());
            Say(run, $"gateway {i + 1} was restarted");
        }

        await run.MoreAsync(50);
        await world.RestartAsync(0, async gateway =>
        {
            await run.DisturbAsync(gateway.KillAsync);
            await gateway.StartAgainAsync();
        });
        Say(run, "gateway 1 was killed and started again");
        await run.MoreAsync(50);
        await run.DisturbAsync(
            world.Servers[2].Process.KillAsync,
            server: "server-c",
            async () =>
            {
                await run.MoreAsync(5, CallEnd.Unavailable);
                await world.RemoveDestinationAsync("c");
            });
        await run.MoreAsync(2 * (Sessions + Others));
        Say(run, "server c was killed and taken out");
        await AreServedAgainAsync(run);
        await run.StopAsync();

        var executed = world.Executions();
        var rows = await RowsAsync(world, executed);
        var seenOnTwo = (await world.Postgres.QueryAsync<long>(world.Database, SeenOnTwo))[0];
        var (verified, verdict) = await world.VerifyAsync();
        Print(run, executed.Count, rows.Count, seenOnTwo, await BytesAsync(world));
        Assert.Empty(run.Violations);
        Assert.True(seenOnTwo >= 100, $"{seenOnTwo} sessions were seen on two replicas.");
        Assert.Equal(executed.Count, executed.Distinct().Count());
        Assert.Equal(rows.Count, rows.Distinct().Count());
        Assert.Empty(executed.Except(rows));
        Assert.True(verified == 0, verdict);
    }

    [Fact]
    public async Task Without_a_shared_key_the_same_run_fails_with_nothing_killed()
    {
        Requires.HaProxy();
        await using var world = await BalancedWorld.StartAsync(await postgres.ServerAsync(), sealsWithOneKey: false);
        await using var run = new BalancedRun(world.Url, sessions: 20, others: 0);

        await run.MoreAsync(20, CallEnd.SessionUnknown);

        await run.StopAsync();
        Assert.True(run.Violations.Count >= 20, "Sessions were found where they cannot be.");
    }

    // Every client that has lost its session so far, whatever became of its calls, has been answered in another.
    private static Task AreServedAgainAsync(BalancedRun run)
    {
        return Eventually.HoldsAsync(
            () => Task.FromResult(AreServedAgain()), TimeSpan.FromMinutes(1), "clients of dead sessions are served again");

        bool AreServedAgain()
        {
            var reports = run.Reports;
            var lost = reports
                .Where(report => report is { End: CallEnd.SessionUnknown, Server: "server-c" })
                .Select(report => (Client: Client(report), report.Ended))
                .ToList();
            var served = reports.Where(report => report.End is CallEnd.Answered).ToLookup(Client, report => report.Started);
            return lost.Count > 0 && lost.TrueForAll(one => served[one.Client].Any(started => started > one.Ended));
        }

        static string Client(CallReport report) => report.What.Split(',')[0];
    }

    private static async Task<long> BytesAsync(BalancedWorld world) =>
        (await world.Postgres.QueryAsync<long>(
            world.Database,
            "SELECT sum(pg_total_relation_size(inhrelid))::bigint FROM pg_inherits "
            + "WHERE inhparent = 'public.audit_log'::regclass"))[0];

    private static async Task<IReadOnlyList<Guid>> RowsAsync(BalancedWorld world, IReadOnlyList<Guid> executed)
    {
        IReadOnlyList<Guid> rows = [];
        try
        {
            await Eventually.HoldsAsync(async () =>
            {
                rows = await world.Postgres.QueryAsync<Guid>(
                    world.Database, "SELECT request_id FROM public.audit_log");
                return !executed.Except(rows).Any();
            });
        }
        catch (TimeoutException)
        {
            // What is there by now is what the run is judged by.
        }

        return rows;
    }

    private static void Say(BalancedRun run, string what) =>
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{run.Elapsed.TotalSeconds:F1} s: {what}; {run.Reports.Count} reports");

    private static void Print(BalancedRun run, int executed, int rows, long seenOnTwo, long bytes)
    {
        var output = TestContext.Current.TestOutputHelper!;
        var ends = run.Reports.GroupBy(report => report.End).Select(group => $"{group.Count()} {group.Key}");
        output.WriteLine(
            $"{Sessions} clients with sessions, {Others} without: {string.Join(", ", ends)}; {executed} executed, "
            + $"{rows} rows of {bytes / Math.Max(1, rows)} bytes with their indexes; "
            + $"{seenOnTwo} sessions on two replicas or more");
        foreach (var report in run.Reports.Where(report => report.End is not CallEnd.Answered).Take(40))
        {
            var mark = Excuses.Excuse(report, run.Disturbances) ? "excused" : "NOT EXCUSED";
            output.WriteLine($"{mark}: {report}");
        }
    }
}
