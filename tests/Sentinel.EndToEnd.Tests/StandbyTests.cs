using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>A standby that lacks rows takes over from a primary that is gone.</summary>
[Collection(nameof(HeavyLoad))]
public sealed class StandbyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task To_a_standby_that_lags_leaves_every_call_with_one_row(bool isGatewayKilled)
    {
        await using var run = await FailOverRun.StartAsync();
        var standby = await run.LagAsync(calls: 60, bytes: 1_000);

        await run.FailOverAsync(async () =>
        {
            // While there is no store at all.
            await run.Calls.SucceedAsync(run.Gateway, 20);
            if (isGatewayKilled)
            {
                await run.Gateway.KillAndRestartAsync();
            }
        });
        await run.Calls.SucceedAsync(run.Gateway, 20);

        await UniqueCalls.HaveOneRowEachAsync(run.Calls.Executed, standby, run.Database, run.Gateway);
        await UniqueCalls.VerifyAsync(standby, run.Database, run.Gateway);
    }

    // The counter-proofs: the standby lacks rows, and it is the journal that gives them to it.
    [Fact]
    public async Task To_a_standby_that_lags_by_more_than_is_kept_stops_the_writer_which_says_so()
    {
        await using var run = await FailOverRun.StartAsync(audit => audit["Journal"] = new JsonObject
        {
            ["MaxBytes"] = 2 * 1024 * 1024,
            ["KeepSeconds"] = 0,
        });
        var standby = await run.LagAsync(calls: 60, bytes: 40_000);
        var journal = Path.Combine(run.Gateway.Folder, "data/journal");
        await Eventually.TrueAsync(
            () => !Directory.EnumerateFiles(journal, "0000000001.journal", SearchOption.AllDirectories).Any(),
            "the first segment is gone");

        await run.FailOverAsync(() => Task.CompletedTask);
        await run.Calls.SucceedAsync(run.Gateway, 1);

        var error = await run.Gateway.Process.WaitForLineAsync(
            line => line.Contains("Audit rows are not written any more", StringComparison.Ordinal), TimeSpan.FromMinutes(1));
        Assert.NotEmpty(error);
        Assert.Contains("where the journal does not reach", run.Gateway.Process.Output, StringComparison.Ordinal);
        await run.MissesRowsAsync(standby);
        await run.Calls.SucceedAsync(run.Gateway, 20);
    }

    [Fact]
    public async Task To_a_standby_that_lags_costs_rows_without_a_journal()
    {
        await using var run = await FailOverRun.StartAsync(audit => audit["Guarantee"] = "BestEffort");
        var standby = await run.LagAsync(calls: 60, bytes: 1_000);

        await run.FailOverAsync(() => Task.CompletedTask);
        await run.Calls.SucceedAsync(run.Gateway, 1);

        await run.Gateway.Process.WaitForLineAsync(
            line => line.Contains("Audit logging has stopped", StringComparison.Ordinal), TimeSpan.FromMinutes(1));
        await run.MissesRowsAsync(standby);
    }

    /// <summary>A primary and its standby, and a gateway that reaches one of them through a proxy.</summary>
    private sealed class FailOverRun : IAsyncDisposable
    {
        private readonly PostgresServer _primary;
        private PostgresServer? _standby;
        private TcpFaultProxy? _proxy;

        private FailOverRun(PostgresServer primary) => _primary = primary;

        public string Database { get; private set; } = "";

        public UniqueCalls Calls { get; private set; } = null!;

        public GatewayProcess Gateway { get; private set; } = null!;

        public static async Task<FailOverRun> StartAsync(Action<JsonObject>? change = null)
        {
            Requires.Postgres();
            var run = new FailOverRun(await PostgresServer.CreateAsync());
            try
            {
                run.Database = await run._primary.NewDatabaseAsync();
                run._standby = await run._primary.CreateStandbyAsync();
                run._proxy = new TcpFaultProxy(run._primary.Port);
                run.Calls = await UniqueCalls.StartAsync();
                var url = $"postgres://postgres@127.0.0.1:{run._proxy.Port}/{run.Database}?sslmode=disable";
                run.Gateway = await run.Calls.GatewayAsync(url, "Durable", change);
                return run;
            }
            catch
            {
                await run.DisposeAsync();
                throw;
            }
        }

        /// <summary>Has rows stored on both, then so many on the primary only.</summary>
        public async Task<PostgresServer> LagAsync(int calls, int bytes)
        {
            var common = await Calls.SucceedAsync(Gateway, 20);
            await UniqueCalls.HaveOneRowEachAsync(common, _standby!, Database, Gateway);
            await _standby!.StopFollowingAsync();
            var ahead = await Calls.SucceedAsync(Gateway, calls, bytes);
            await UniqueCalls.HaveOneRowEachAsync(ahead, _primary, Database, Gateway);
            Assert.Empty(ahead.Intersect(
                await UniqueCalls.RowsAsync(_standby, Database), StringComparer.Ordinal));
            return _standby;
        }

        public async Task FailOverAsync(Func<Task> meanwhile)
        {
            await _primary.KillAsync();
            await meanwhile();
            await _standby!.PromoteAsync();
            _proxy!.TargetPort = _standby.Port;
            _proxy.CutAll();
        }

        /// <summary>Holds once writing has stopped.</summary>
        public async Task MissesRowsAsync(PostgresServer standby)
        {
            var rows = await UniqueCalls.RowsAsync(standby, Database);
            Assert.True(Calls.Executed.Except(rows, StringComparer.Ordinal).Count() >= 60, $"{rows.Count} rows");
        }

        public async ValueTask DisposeAsync()
        {
            if (Gateway is not null)
            {
                await Gateway.DisposeAsync();
            }

            if (_proxy is not null)
            {
                await _proxy.DisposeAsync();
            }

            if (Calls is not null)
            {
                await Calls.DisposeAsync();
            }

            if (_standby is not null)
            {
                await _standby.DisposeAsync();
            }

            await _primary.DisposeAsync();
        }
    }
}
