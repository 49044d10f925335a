using System.Text;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Cli.Replay;
using Sentinel.Gateway.Tests.Configuration;
using Xunit;

namespace Sentinel.Gateway.Tests.Cli.Replay;

public sealed class PolicyReplayTests
{
    private const string Policy =
        """
        "Authentication": { "Anonymous": {} },
        "Rbac": {
          "Roles": { "reader": { "Allow": ["github/read_*"] }, "admin": { "Allow": ["*"], "Deny": ["github/drop"] } },
          "Disabled": ["jira/*"]
        }
        """;

    [Theory]
    [InlineData("reader", "github", "read_file", "success", null, null)]
    [InlineData("reader", "github", "read_file", "error", "tool_error", null)]
    [InlineData("reader", "github", "write_file", "success", null, "AllowedToDenied")]
    [InlineData("reader", "github", "write_file", "error", "backend_timeout", "AllowedToDenied")]
    [InlineData("reader", "github", "write_file", "denied", "rbac", null)]
    [InlineData("reader", "github", "read_file", "denied", "rbac", "DeniedToAllowed")]
    [InlineData("reader", "github", "read_file", "denied", "kill_switch", "DeniedToAllowed")]
    [InlineData("admin", "jira", "read_file", "success", null, "AllowedToDenied")]
    [InlineData("admin,reader", "github", "drop", "success", null, "AllowedToDenied")]
    [InlineData("admin,reader", "github", "write_file", "denied", "rbac", "DeniedToAllowed")]
    [InlineData("", "github", "read_file", "success", null, "AllowedToDenied")]
    [InlineData("reader", "github", "write_file", "denied", "batch_refused", "AllowedToDenied")]
    [InlineData("reader", "github", "read_file", "denied", "batch_refused", null)]
    public async Task A_call_flips_if_the_policy_would_have_decided_otherwise(
        string roles,
        string backend,
        string tool,
        string status,
        string? reason,
        string? flip)
    {
        var report = await ReplayAsync(Row(roles, backend, tool, status, reason));

        Assert.Equal(1, report.Calls);
        Assert.Equal(flip is null ? 1 : 0, report.Unchanged);
        Assert.Equal(flip is not null, report.HasFlips);
        if (flip is not null)
        {
            var group = Assert.Single(report.Groups(Enum.Parse<Flip>(flip)));
            Assert.Equal(("alice", $"{backend}/{tool}", 1L), (group.Caller, group.Tool, group.Calls));
        }
    }

    private const string ArgumentRules =
        """
        "Authentication": { "Anonymous": {} },
        "Rbac": { "Roles": { "dev": {
          "Allow": [
            { "Tool": "github/deploy", "Arguments": { "env": ["test-*"] } }, "github/read", "github/drop", "github/try"
          ],
          "Deny": [
            { "Tool": "github/drop", "Arguments": { "force": [true] } },
            { "Tool": "github/try", "Arguments": { "env": ["prod"] }, "Shadow": true }
          ] } } }
        """;

    [Theory]
    [InlineData("deploy", """{"env":"test-1"}""", "success", null)]
    [InlineData("deploy", """{"env":"prod"}""", "success", "AllowedToDenied")]
    [InlineData("deploy", """{"env":"prod"}""", "denied", null)]
    [InlineData("deploy", """{"env":"test-1"}""", "denied", "DeniedToAllowed")]
    [InlineData("drop", """{"force":true}""", "success", "AllowedToDenied")]
    [InlineData("drop", """{"force":false}""", "success", null)]
    [InlineData("try", """{"env":"prod"}""", "success", "OnTrial")]
    [InlineData("try", """{"env":"test"}""", "success", null)]
    [InlineData("try", """{"env":"prod"}""", "denied", "DeniedToAllowed")]
    public async Task Rules_about_arguments_are_held_against_the_recorded_ones(
        string tool,
        string arguments,
        string status,
        string? flip) =>
        AssertFlip(flip, await ReplayAsync(ArgumentRules, Use(tool, $$"""{"name":"x","arguments":{{arguments}}}""", status)));

    [Theory]
    [InlineData("""{"name":"x","arguments":{"env":"[redacted]","force":"[redacted]"}}""")]
    [InlineData("""{"name":"x","arguments":{"env":"test-1","force":false,"other":"[redacted]"}}""")]
    [InlineData("""{"_truncated":true,"_bytes":70000,"_sha256":"00"}""")]
    [InlineData("""{"_unstorable":true}""")]
    [InlineData("")]
    public async Task Where_the_decision_hangs_on_arguments_that_are_not_there_it_is_no_flip(string parameters)
    {
        foreach (var status in new[] { "success", "denied" })
        {
            foreach (var tool in new[] { "deploy", "drop" })
            {
                var report = await ReplayAsync(ArgumentRules, Use(tool, parameters, status));
                AssertFlip("Undecidable", report);
                Assert.False(report.HasFlips);
            }

        }

        AssertFlip("Undecidable", await ReplayAsync(ArgumentRules, Use("try", parameters, "success")));

        // Whatever their arguments were, these are decided alike.
        AssertFlip("DeniedToAllowed", await ReplayAsync(ArgumentRules, Use("try", parameters, "denied")));
        AssertFlip(null, await ReplayAsync(ArgumentRules, Use("read", parameters, "success")));
        AssertFlip("DeniedToAllowed", await ReplayAsync(ArgumentRules, Use("read", parameters, "denied")));
        AssertFlip("AllowedToDenied", await ReplayAsync(ArgumentRules, Use("other", parameters, "success")));
    }

    [Fact]
    public async Task A_policy_in_Shadow_flips_nothing_that_passed_and_shows_what_it_would_refuse()
    {
        var shadow = Policy.Replace("\"Rbac\": {", "\"Rbac\": { \"Mode\": \"Shadow\",", StringComparison.Ordinal);

        var report = await ReplayAsync(shadow, Row("reader", "github", "write_file", "success", null));

        AssertFlip("OnTrial", report);
        Assert.False(report.HasFlips);
        Assert.Equal("no grant", Assert.Single(report.Groups(Flip.OnTrial)).Rule);
    }

    [Theory]
    [InlineData("prompts/get", "prompt:github/read_file")]
    [InlineData("resources/read", "resource:github/read_file")]
    public async Task Reads_are_decided_by_the_rules_about_their_kind(string method, string target)
    {
        var row = Row("reader", "github", "read_file", "success", null) with { Method = method };

        var report = await ReplayAsync(row);

        Assert.Equal(target, Assert.Single(report.Groups(Flip.AllowedToDenied)).Tool);
    }

    [Fact]
    public async Task A_name_that_its_column_had_no_room_for_is_undecidable()
    {
        var name = "read_" + new string('x', AuditQuery.TextCharsMax - "read_".Length);

        AssertFlip("Undecidable", await ReplayAsync(Row("reader", "github", name, "success", null)));
        AssertFlip(null, await ReplayAsync(Row("reader", "github", name[..^1], "success", null)));
    }

    [Theory]
    [InlineData("error", "invalid_request", null)]
    [InlineData("error", "backend_unreachable", null)]
    [InlineData("denied", "rate_limited", "limit Default: 60/min")]
    [InlineData("denied", "concurrency_limited", "limit ConcurrentCalls: 3")]
    [InlineData("denied", "tool_changed", "reader: allow something")]
    public async Task A_call_about_which_no_policy_was_asked_is_not_compared(
        string status,
        string reason,
        string? decision)
    {
        var report = await ReplayAsync(Row("reader", "github", "x", status, reason) with { Decision = decision });

        Assert.Equal((1L, 1L, 0L, false), (report.Calls, report.NotCompared, report.Unchanged, report.HasFlips));
    }

    [Fact]
    public async Task Flips_are_counted_by_caller_and_tool_with_the_first_call_of_each()
    {
        var rows = Enumerable.Range(0, 90).Select(i => Row("reader", "github", $"write_{i % 3}", "success", null) with
        {
            ClientSubject = i % 2 == 0 ? "alice" : "bob",
            ClientIssuer = i % 6 == 0 ? "https://a" : null,
            RequestId = Id(i),
        });

        var groups = (await ReplayAsync([.. rows])).Groups(Flip.AllowedToDenied);

        Assert.Equal(
            [
                (null, "alice", "github/write_1", 15, Id(4)), (null, "alice", "github/write_2", 15, Id(2)),
                ("https://a", "alice", "github/write_0", 15, Id(0)),
                (null, "bob", "github/write_0", 15, Id(3)), (null, "bob", "github/write_1", 15, Id(1)),
                (null, "bob", "github/write_2", 15, Id(5)),
            ],
            groups.Select(group => (group.Issuer, group.Caller, group.Tool, group.Calls, group.RequestId))
                .OrderBy(group => group.Caller).ThenBy(group => group.Issuer).ThenBy(group => group.Tool));
    }

    [Fact]
    public async Task However_many_callers_there_are_the_report_is_bounded_and_counts_them_all()
    {
        var rows = Enumerable.Range(0, 3 * ReplayReport.GroupsMax)
            .Select(i => Row("reader", "github", "write", "success", null) with { ClientSubject = $"c{i}" });

        var report = await ReplayAsync([.. rows]);

        Assert.Equal(3 * ReplayReport.GroupsMax, report[Flip.AllowedToDenied]);
        Assert.Equal(ReplayReport.GroupsMax, report.Groups(Flip.AllowedToDenied).Count);
        var output = new StringWriter();
        await new ReplayWriter(DateTimeOffset.UnixEpoch, null, "SQLite", "new.json").WriteTextAsync(report, output);
        Assert.Contains("29,950  by further callers and tools", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_clients_named_stays_text_on_a_terminal()
    {
        var report = await ReplayAsync(Row("reader", "github", "\u001b[2Jx\u202e", "success", null));
        var output = new StringWriter();

        await new ReplayWriter(DateTimeOffset.UnixEpoch, null, "SQLite", "new.json").WriteTextAsync(report, output);

        Assert.DoesNotContain('\u001b', output.ToString());
        Assert.Contains("github/\\u001b[2Jx\\u202e", output.ToString(), StringComparison.Ordinal);
    }

    private static void AssertFlip(string? flip, ReplayReport report)
    {
        foreach (var kind in Enum.GetValues<Flip>())
        {
            Assert.Equal(kind.ToString() == flip ? 1 : 0, report[kind]);
        }
    }

    private static StoredRow Use(string tool, string parameters, string status) =>
        Row("dev", "github", tool, status, status == "denied" ? "rbac" : null) with
        {
            RequestArgs = Encoding.UTF8.GetBytes(parameters),
        };

    private static Task<ReplayReport> ReplayAsync(params StoredRow[] rows) => ReplayAsync(Policy, rows);

    private static async Task<ReplayReport> ReplayAsync(string policy, params StoredRow[] rows)
    {
        var replay = new PolicyReplay((await Reading.ReadValidAsync(Reading.File(policy))).Policy);
        foreach (var row in rows)
        {
            replay.Add(row);
        }

        return replay.Report;
    }

    private static Guid Id(int number) => new(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private static StoredRow Row(string roles, string backend, string tool, string status, string? reason) => new()
    {
        Id = 1,
        RequestId = Id(1),
        TimestampMicros = 0,
        ClientSubject = "alice",
        ClientRole = roles,
        ToolName = tool,
        BackendName = backend,
        ResponseStatus = status,
        Reason = reason,
        Decision = "reader: allow something",
        Method = "tools/call",
        LatencyMs = 0,
        CreatedAtMicros = 0,
        RequestArgs = """{"name":"x","arguments":{}}"""u8.ToArray(),
    };
}
