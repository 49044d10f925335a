using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>
/// Calls with unique arguments go through a gateway that is killed again and again, to a database that is frozen, crashed
/// and cut off; then rows and executed calls are held against each other.
/// </summary>
/// <remarks><c>SENTINEL_CHAOS_SECONDS</c> and <c>SENTINEL_CHAOS_SEED</c> make other runs.</remarks>
[Collection(nameof(HeavyLoad))]
public sealed class ChaosTests
{
    private const int Connections = 8;
    private const int KillsMin = 10;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("Durable")]
    [InlineData("Strict")]
    public async Task Every_executed_call_has_exactly_one_row(string guarantee)
    {
        var run = await RunAsync(guarantee, "");

        Assert.True(run.Executed.Count > 500, run.ToString());
        Assert.True(run is { Missing: 0, Twice: 0, VerifyExitCode: 0 }, run.ToString());
    }

    // The counter-proofs: the run above can see what it claims.
    [Fact]
    public async Task Without_the_journal_calls_are_missing()
    {
        var run = await RunAsync("BestEffort", "", isShort: true);

        Assert.True(run.Missing > 0, run.ToString());
    }

    [Fact]
    public async Task With_a_checkpoint_that_does_not_keep_its_position_rows_are_there_twice()
    {
        var run = await RunAsync(
            "Durable",
            """
            CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.position := 0; RETURN NEW; END';
            CREATE TRIGGER forget BEFORE INSERT OR UPDATE ON public.audit_checkpoint
            FOR EACH ROW EXECUTE FUNCTION forget();
            """,
            isShort: true);

        Assert.True(run.Twice > 0, run.ToString());
    }

    [Theory]
    [InlineData("NULL")]
    [InlineData("pg_catalog.sha256(''anything'')")]
    public async Task Without_the_chain_verifying_fails(string hash)
    {
        var run = await RunAsync(
            "Durable",
            $"""
            CREATE FUNCTION unchain() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN NEW.chain_hash := {hash}; RETURN NEW; END';
            CREATE TRIGGER unchain BEFORE INSERT ON public.audit_log FOR EACH ROW EXECUTE FUNCTION unchain();
            """,
            isShort: true);

        Assert.True(run is { Twice: 0, VerifyExitCode: 1 }, run.ToString());
    }

    // What a counter-proof is about shows at the first break, so that a few are enough.
    private static async Task<ChaosRun> RunAsync(string guarantee, string sabotage, bool isShort = false)
    {
        Requires.Postgres();
        var seconds = isShort ? 0 : Setting("SENTINEL_CHAOS_SECONDS", 10);
        var seed = Setting("SENTINEL_CHAOS_SEED", Environment.TickCount & 0xFFFF);
        var random = new Random(seed);
        await using var server = await PostgresServer.CreateAsync(fsync: true);
        var database = await server.NewDatabaseAsync();
        await using var proxy = new TcpFaultProxy(server.Port);
        var executed = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        await using var backend = await ScriptedBackend.StartAsync(http => ExecuteAsync(http, executed));
        var config = new ProxyConfig()
            .Backend("raw", backend.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*"])
            .AuditToPostgres();
        config.Sentinel["Audit"]!["Guarantee"] = guarantee;
        config.Sentinel["Audit"]!["Channel"] = new System.Text.Json.Nodes.JsonObject { ["Capacity"] = 1000 };
        var url = $"postgres://postgres@127.0.0.1:{proxy.Port}/{database}?sslmode=disable";
        await using var gateway = await GatewayProcess.StartAsync(
            config, new Dictionary<string, string?> { ["DATABASE_URL"] = url });
        await gateway.Process.WaitForLineAsync(line => line.Contains("Audit schema brought up", StringComparison.Ordinal));
        if (sabotage.Length > 0)
        {
            await server.ExecuteAsync(database, sabotage);
        }

        using var stop = new CancellationTokenSource();
        var driving = Task.WhenAll(Enumerable.Range(0, Connections).Select(
            worker => DriveAsync(new Uri(gateway.Url, "raw/mcp"), $"{seed}-{worker}", stop.Token)));
        var kills = await BreakAsync(gateway, server, proxy, random, isShort ? 3 : KillsMin, TimeSpan.FromSeconds(seconds));
        await stop.CancelAsync();
        await driving;

        // Whatever state the breaking has left the database in: what counts is what it holds after a last crash.
        server.Thaw();
        await server.StopAsync(immediate: true);
        await server.StartAsync();
        var rows = await SettledAsync(server, database, executed, sabotage.Length > 0 || guarantee == "BestEffort");
        var environment = new Dictionary<string, string?> { ["DATABASE_URL"] = Postgres.Url(server, database) };
        var verified = await Cli.RunAsync(["audit", "verify", "--config", gateway.ConfigPath], environment);
        var run = new ChaosRun(guarantee, seed, kills, executed, rows, verified.ExitCode, verified.Output);
        TestContext.Current.TestOutputHelper?.WriteLine(run.ToString());
        return run;
    }

    // Something breaks at random instants; every other time it is the gateway that is killed.
    private static async Task<int> BreakAsync(
        GatewayProcess gateway, PostgresServer server, TcpFaultProxy proxy, Random random, int killsMin,
        TimeSpan duration)
    {
        var started = TimeProvider.System.GetTimestamp();
        var kills = 0;
        while (kills < killsMin || TimeProvider.System.GetElapsedTime(started) < duration)
        {
            await PauseAsync(random, 600);
            switch (random.Next(4))
            {
                case 0:
                    server.Freeze();
                    await PauseAsync(random, 800);
                    server.Thaw();
                    break;
                case 1:
                    await server.StopAsync(immediate: true);
                    await PauseAsync(random, 500);
                    await server.StartAsync();
                    break;
                case 2:
                    _ = proxy.LoseAnswerTo("COMMIT\0"u8);
                    break;
                default:
                    proxy.CutAll();
                    break;
            }

            await PauseAsync(random, 600);
            await gateway.KillAndRestartAsync();
            kills++;
        }

        return kills;
    }

    // A random instant is what the test is about; nothing is waited for.
    private static Task PauseAsync(Random random, int most) => Task.Delay(random.Next(20, most));

    private static async Task DriveAsync(Uri url, string worker, CancellationToken stop)
    {
        for (var number = 1; !stop.IsCancellationRequested; number++)
        {
            try
            {
                await Rpc.CallAsync(
                    url, Servers.TesterKey, "echo", $$"""{"text":"{{worker}}-{{number}}"}""", cancellationToken: stop);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                await Task.Yield();
            }
        }
    }

    private static async Task ExecuteAsync(HttpContext http, ConcurrentDictionary<string, int> executed)
    {
        using var body = await JsonDocument.ParseAsync(http.Request.Body);
        var text = body.RootElement.GetProperty("params").GetProperty("arguments").GetProperty("text").GetString()!;
        executed.AddOrUpdate(text, 1, (_, count) => count + 1);
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("""{"jsonrpc":"2.0","id":1,"result":{"content":[]}}""");
    }

    // Until every executed call is there, or nothing has come for a while.
    private static async Task<IReadOnlyList<string>> SettledAsync(
        PostgresServer server, string database, ConcurrentDictionary<string, int> executed, bool isSabotaged)
    {
        try
        {
            await Eventually.HoldsAsync(
                async () => !isSabotaged && await ExecutedAreThereAsync(),
                isSabotaged ? TimeSpan.FromSeconds(5) : Settling);
        }
        catch (TimeoutException)
        {
            // What is there by now is what the run is judged by.
        }

        return await Eventually.YieldsAsync(RowsAsync);

        // Counted first: reading all rows again and again would keep the database from taking the rest.
        async Task<bool> ExecutedAreThereAsync()
        {
            try
            {
                var count = await server.QueryAsync<long>(database, "SELECT count(*) FROM public.audit_log");
                return count[0] >= executed.Count && await RowsAsync() is { } rows
                    && executed.Keys.All(rows.ToHashSet(StringComparer.Ordinal).Contains);
            }
            catch (NpgsqlException)
            {
                // It is starting again.
                return false;
            }
        }

        async Task<IReadOnlyList<string>?> RowsAsync()
        {
            try
            {
                return await server.QueryAsync<string>(
                    database, "SELECT request_args->'arguments'->>'text' FROM public.audit_log");
            }
            catch (NpgsqlException)
            {
                return null;
            }
        }
    }

    private static int Setting(string name, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : fallback;

    private sealed record ChaosRun(
        string Guarantee, int Seed, int Kills, ConcurrentDictionary<string, int> Executed, IReadOnlyList<string> Rows,
        int VerifyExitCode, string VerifyOutput)
    {
        public int Missing => Executed.Keys.Except(Rows, StringComparer.Ordinal).Count();

        public int Twice => Rows.Count - Rows.Distinct(StringComparer.Ordinal).Count();

        public override string ToString() =>
            $"{Guarantee}, seed {Seed}: {Kills} kills, {Executed.Count} calls executed, {Rows.Count} rows, "
            + $"{Missing} missing, {Twice} twice; audit verify ended with {VerifyExitCode}: {VerifyOutput}";
    }
}
