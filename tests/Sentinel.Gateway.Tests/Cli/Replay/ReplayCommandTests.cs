using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sentinel.Audit;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Cli;
using Sentinel.Gateway.Cli.Audit;
using Sentinel.Gateway.Cli.Replay;
using Sentinel.Gateway.Configuration;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Cli.Replay;

/// <summary>The verb, with a store that a gateway's own writer filled.</summary>
public sealed class ReplayCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestClock _clock = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Reports_what_would_flip_for_people_and_ends_with_1()
    {
        await RecordAsync();
        var config = Config(["*"], deny: ["github/drop"]);

        Assert.Equal(1, await RunAsync(config, "7 days ago"));

        Snapshot.Match(_output.ToString().Replace(_folder.Path, "FOLDER", StringComparison.Ordinal));
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task Reports_the_same_for_programs()
    {
        await RecordAsync();

        Assert.Equal(1, await RunAsync(Config(["*"], deny: ["github/drop"]), "7 days ago", isJson: true));

        var report = JsonNode.Parse(_output.ToString())!;
        Assert.Equal((9, 4, 1), ((int)report["calls"]!, (int)report["unchanged"]!, (int)report["notCompared"]!));
        var group = Assert.Single(report["allowedToDenied"]!["groups"]!.AsArray())!;
        Assert.Equal(
            ("alice", "github/drop", 2, "0190c0de-0000-7000-9000-000000000001"),
            ((string)group["caller"]!, (string)group["tool"]!, (int)group["calls"]!, (string)group["requestId"]!));
        Assert.Equal(2, (int)report["deniedToAllowed"]!["calls"]!);
    }

    [Fact]
    public async Task Ends_with_0_where_nothing_would_flip()
    {
        await RecordAsync();

        Assert.Equal(0, await RunAsync(Config(["*"], deny: ["github/secret", "github/write"]), "7 days ago"));

        Assert.DoesNotContain("→", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Looks_only_at_calls_of_the_time_that_was_asked_for()
    {
        await RecordAsync();
        var config = Config(["*"], deny: ["github/drop"]);

        Assert.Equal(0, await RunAsync(config, "7 days ago", to: "2 days ago"));
        Assert.Contains("0 calls recorded in SQLite", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await RunAsync(config, "1 day ago", to: "now"));
    }

    [Theory]
    [InlineData("soon", null)]
    [InlineData("7 days ago", "soon")]
    public async Task Ends_with_2_for_a_time_that_is_none(string from, string? to)
    {
        Assert.Equal(2, await RunAsync(Config(["*"]), from, to));

        Assert.Contains("7 days ago", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task Ends_with_2_where_there_is_no_store_or_no_valid_policy()
    {
        Assert.Equal(2, await RunAsync(Config(["*"]), "7 days ago"));
        Assert.Contains("no audit database", _error.ToString(), StringComparison.Ordinal);

        await File.WriteAllTextAsync(_folder.File("broken.json"), "{");
        Assert.Equal(2, await RunAsync(_folder.File("broken.json"), "7 days ago"));
        Assert.Empty(_output.ToString());
    }

    // The shorter form of the benchmark "replay".
    [Fact]
    public async Task A_hundred_thousand_calls_are_replayed_in_the_memory_of_a_few()
    {
        await RecordAsync();
        await GrowAsync(100_000);
        var snapshot = (await ConfigurationSource.LoadAsync(
            Config(["github/read_*"]), new Dictionary<string, string>(), CancellationToken.None)).Current;
        await using var reader = AuditReader.Open(snapshot.Sentinel.Audit);
        var replay = new PolicyReplay(snapshot.Policy);
        var early = 0L;
        var late = 0L;

        await foreach (var row in reader.ReadAsync(new AuditQuery(), CancellationToken.None))
        {
            replay.Add(row);
            if (replay.Report.Calls == 5_000)
            {
                early = GC.GetTotalMemory(forceFullCollection: true);
            }
            else if (replay.Report.Calls == 95_000)
            {
                late = GC.GetTotalMemory(forceFullCollection: true);
            }
        }

        Assert.True(replay.Report.Calls > 100_000);
        // Ninety thousand rows weigh about a hundred megabytes; other tests run at the same time.
        Assert.InRange(late - early, long.MinValue, 24 * 1024 * 1024);
    }

    private Task<int> RunAsync(string config, string from, string? to = null, bool isJson = false)
    {
        _output.GetStringBuilder().Clear();
        return ReplayCommand.RunAsync(
            new ReplayCommand.Request(config, from, to, isJson),
            new Dictionary<string, string>(),
            _clock,
            new AuditConsole(_output, _error),
            CancellationToken.None);
    }

    private string Config(string[] allow, string[]? deny = null)
    {
        var config = new ProxyConfig()
            .Backend("github", new Uri("http://127.0.0.1:9/"))
            .Anonymous()
            .Role("dev", allow, deny)
            .AuditToSqlite(_folder.File("audit.db"));
        return config.WriteTo(_folder);
    }

    private async Task RecordAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging().AddSentinelAudit(new AuditOptions
        {
            Store = AuditStoreKind.Sqlite,
            Sqlite = new() { Path = _folder.File("audit.db") },
            Journal = new() { Path = _folder.File("journal") },
        });
        using var host = builder.Build();
        await host.StartAsync();
        var channel = host.Services.GetRequiredService<AuditChannel>();
        (string Tool, AuditOutcome Outcome, string? Reason)[] calls =
        [
            ("drop", AuditOutcome.Success, null), ("drop", AuditOutcome.Error, "tool_error"),
            ("drop", AuditOutcome.Denied, "rate_limited"), ("write", AuditOutcome.Denied, "rbac"),
            ("secret", AuditOutcome.Denied, "rbac"), ("read", AuditOutcome.Success, null),
            ("read", AuditOutcome.Success, null), ("read", AuditOutcome.Success, null),
            ("read", AuditOutcome.Success, null),
        ];
        for (var i = 0; i < calls.Length; i++)
        {
            Assert.True(channel.TryWrite(Entry(i + 1, calls[i].Tool, calls[i].Outcome, calls[i].Reason)));
        }

        await host.StopAsync();
    }

    private AuditEntry Entry(int number, string tool, AuditOutcome outcome, string? reason) => new()
    {
        RequestId = Guid.Parse($"0190c0de-0000-7000-9000-{number:x12}"),
        Timestamp = _clock.GetUtcNow().UtcDateTime.AddHours(-1),
        ClientSubject = "alice",
        ClientRole = "dev",
        ToolName = tool,
        BackendName = "github",
        RequestArgs = """{"name":"x","arguments":{"q":1}}"""u8.ToArray(),
        Outcome = outcome,
        Reason = reason,
        LatencyUs = 5,
        Method = "tools/call",
        Decision = reason == "rate_limited" ? "limit Default: 3/min" : "dev: allow *",
    };

    private async Task GrowAsync(int rows)
    {
        await using var connection = new SqliteConnection($"Data Source={_folder.File("audit.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            INSERT INTO audit_log (request_id, "timestamp", client_subject, client_role, tool_name, backend_name,
                request_args, response_status, latency_ms, created_at, method, decision)
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $rows)
            SELECT request_id, "timestamp", 'caller ' || (i % 100), client_role, 'tool_' || (i % 50), backend_name,
                request_args, response_status, latency_ms, created_at, method, decision
            FROM audit_log, n WHERE id = 1
            """;
        command.Parameters.AddWithValue("$rows", rows);
        await command.ExecuteNonQueryAsync();
    }
}
