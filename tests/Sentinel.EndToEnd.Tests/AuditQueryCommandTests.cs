using System.Text.Json;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Finding recorded calls with the command line, in either store.</summary>
public sealed class AuditQueryCommandTests(Postgres postgres)
{
    private static readonly AuditTestRow[] Rows =
    [
        new(1, Arguments: """{"name":"search","arguments":{"project":"OPS"}}"""),
        new(2, Caller: "bob", Tool: "search_code", Status: "denied", Reason: "rbac", LatencyUs: 0),
        new(3, Tool: "open_issue", Backend: "jira", Status: "error", Reason: "tool_error", Error: "It broke"),
        new(4, Caller: "=cmd", Tool: "\u001b[31mred\u0007\u202e", Status: "error", Error: "\u001b]0;owned\u0007\nline"),
        new(5) { Time = new DateTime(2026, 10, 1) },
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Finds_by_every_restriction_and_says_by_its_exit_code_whether_it_did(bool isPostgres)
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres);
        await stores.WriteAsync(Rows);
        (string Options, int[] Found)[] cases =
        [
            ("", [4, 3, 2, 1, 5]),
            ("--oldest-first", [5, 1, 2, 3, 4]),
            ("--caller bob", [2]),
            ("--role reader --backend j*", [3]),
            ("--tool search*", [2, 1, 5]),
            ("--outcome denied", [2]),
            ("--reason tool_error", [3]),
            ("--from 2026-11-20T10:03Z", [4, 3]),
            ("--from 2026-10-01 --to 2026-10-02", [5]),
            ("--session aa --limit 1", [4]),
            ("--argument project=OPS", [1]),
            ("--request 0190c0de-0000-7000-9000-000000000003", [3]),
            ("--caller nobody", []),
            ("--argument project=ops", []),
        ];

        foreach (var (options, found) in cases)
        {
            var (exitCode, output) = await QueryAsync(stores, "--json " + options);

            Assert.True(exitCode == (found.Length > 0 ? 0 : 1), $"{options}: {exitCode} {output}");
            Assert.Equal(found, Json(output).Select(Number));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_go_on_where_the_one_before_ended(bool isPostgres)
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres);
        // Two share each moment.
        await stores.WriteAsync([.. Enumerable.Range(1, 9).Select(i => new AuditTestRow(i)
        {
            Time = new DateTime(2026, 11, 20).AddSeconds(i / 2),
        })]);
        var found = new List<int>();
        var after = "";
        while (true)
        {
            var (exitCode, output) = await QueryAsync(stores, "--json --limit 4" + after);
            Assert.Equal(0, exitCode);
            found.AddRange(Json(output).Select(Number));
            var more = output.IndexOf("--after", StringComparison.Ordinal);
            if (more < 0)
            {
                break;
            }

            after = " " + output[more..];
        }

        Assert.Equal(Enumerable.Range(1, 9).Reverse(), found);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_that_was_recorded_reaches_the_terminal_raw(bool isPostgres)
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres);
        await stores.WriteAsync(Rows);

        foreach (var options in new[] { "", "--json", "--csv", "--request 0190c0de-0000-7000-9000-000000000004" })
        {
            var (exitCode, output) = await QueryAsync(stores, options);

            Assert.Equal(0, exitCode);
            Assert.Contains(@"\u001b[31mred\u0007\u202e", output, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(output, c => c is '\u001b' or '\u0007' or '\u202e');
        }

        var (_, csv) = await QueryAsync(stores, "--csv");
        Assert.Contains(",'=cmd,", csv, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--from", "someday", "yesterday")]
    [InlineData("--argument", "project", "PATH=VALUE")]
    [InlineData("--argument", "a[*].b=1", "arrays")]
    [InlineData("--after", "x", "--after")]
    [InlineData("--outcome", "fine", "denied")]
    [InlineData("--request", "x", "--request")]
    [InlineData("--limit", "0", "--limit")]
    [InlineData("--role", "a,b", "comma")]
    [InlineData("--csv", "--json", "exclude")]
    public async Task Wrong_use_ends_with_2_and_says_how_to_ask(string option, string value, string remedy)
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres: false);

        var (exitCode, output) = await stores.RunAsync("audit", "query", option, value);

        Assert.Equal(2, exitCode);
        Assert.Contains(remedy, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_is_no_answer()
    {
        using var folder = new TemporaryFolder();
        new ProxyConfig().Backend("x", new Uri("http://127.0.0.1:9/")).Anonymous().AuditToSqlite("none.db").WriteTo(folder);

        var (exitCode, output) = await Cli.RunAsync(["audit", "query"], workingDirectory: folder.Path);

        Assert.Equal(2, exitCode);
        Assert.Contains("none.db", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_gets_colours_unless_told_not_to_and_no_line_wider_than_itself()
    {
        await using var stores = await AuditStores.CreateAsync(postgres, isPostgres: false);
        await stores.WriteAsync(Rows);

        var colored = await Terminal.RunAsync(stores, "audit query", columns: 90, noColor: false);
        var plain = await Terminal.RunAsync(stores, "audit query", columns: 90, noColor: true);

        Assert.Contains("\u001b[33mdenied", colored, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', plain);
        Assert.Contains(@"\u001b", plain, StringComparison.Ordinal);
        Assert.Contains("Request ids have no room", plain, StringComparison.Ordinal);
        Assert.All(plain.Split('\n'), line => Assert.InRange(line.Length, 0, 90));
    }

    private static Task<(int ExitCode, string Output)> QueryAsync(AuditStores stores, string options) =>
        stores.RunAsync(["audit", "query", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    private static IEnumerable<JsonElement> Json(string output) => output.Split('\n')
        .Where(line => line.StartsWith('{'))
        .Select(line => JsonDocument.Parse(line).RootElement);

    private static int Number(JsonElement row) =>
        Convert.ToInt32(row.GetProperty("request_id").GetString()![^4..], 16);
}
