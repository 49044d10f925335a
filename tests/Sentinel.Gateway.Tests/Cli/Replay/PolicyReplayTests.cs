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

    [Theory]
    [InlineData("error", "invalid_request", null)]
    [InlineData("error", "backend_unreachable", null)]
    [InlineData("denied", "rate_limited", "limit Default: 60/min")]
    [InlineData("denied", "concurrency_limited", "limit ConcurrentCalls: 3")]
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

    private static async Task<ReplayReport> ReplayAsync(params StoredRow[] rows)
    {
        var replay = new PolicyReplay((await Reading.ReadValidAsync(Reading.File(Policy))).Policy);
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
        LatencyMs = 0,
        CreatedAtMicros = 0,
        RequestArgs = """{"name":"x","arguments":{}}"""u8.ToArray(),
    };
}
