using System.Globalization;
using Sentinel.Audit.Chain;
using Sentinel.Audit.Reading;
using Sentinel.Audit.Tests.Reading;
using Xunit;

namespace Sentinel.Audit.Tests.Chain;

public sealed class ChainVerifierTests(PostgresFixture postgres)
{
    private static readonly Guid OtherWriter = Guid.Parse("0190c0de-0000-7000-8000-000000000002");
    private static readonly DateTime NextMonth = new(2026, 12, 1, 0, 0, 0, DateTimeKind.Utc);

    public static TheoryData<string> ChainedColumns =>
    [
        "request_id", "timestamp", "client_subject", "client_role", "tool_name", "backend_name", "request_args",
        "response_status", "error_message", "latency_ms", "reason", "error_code", "http_status", "latency_us",
        "first_byte_us", "gateway_us", "client_issuer", "client_tenant", "client_display", "client_app", "method",
        "jsonrpc_id", "session_hash", "protocol_version", "client_name", "client_address", "route", "trace_id",
        "request_bytes", "response_bytes", "decision", "instance", "chain_hash",
    ];

    [Fact]
    public async Task Finds_nothing_where_nothing_was_touched()
    {
        await using var stores = await FilledAsync();

        foreach (var report in await stores.VerifyAsync())
        {
            Assert.True(report.IsIntact, string.Join('\n', report.Findings));
            Assert.Equal(9, report.Rows);
            Assert.Equal(3, report.Chains);
            Assert.Equal(14, report.Dropped);
            Assert.Empty(report.DroppedMonths);
        }
    }

    [Theory]
    [MemberData(nameof(ChainedColumns))]
    public async Task Finds_a_change_of_the_column(string column)
    {
        await using var stores = await FilledAsync();
        var value = column switch
        {
            "request_id" => ("gen_random_uuid()", "'0190c0de-0000-7000-9000-0000000000ff'"),
            "timestamp" => ("\"timestamp\" + interval '1 microsecond'", "replace(timestamp, '123456', '123457')"),
            "request_args" => ("""'{"name":"search_code","n":1.0}'""", """'{"name":"search_code","n":1.0}'"""),
            "response_status" => ("'denied'", "'denied'"),
            "chain_hash" => ("sha256('x')", "x'00'"),
            _ when column.EndsWith("_ms", StringComparison.Ordinal)
                || column.EndsWith("_us", StringComparison.Ordinal)
                || column.EndsWith("_bytes", StringComparison.Ordinal)
                || column is "error_code" or "http_status" => ("7", "7"),
            _ => ("'else'", "'else'"),
        };

        await stores.ChangeAsync(
            $"UPDATE audit_log SET \"{column}\" = {value.Item1} WHERE journal_id = '{Some.WriterId}' AND seq = 2",
            $"UPDATE audit_log SET \"{column}\" = {value.Item2} WHERE journal_id = '{Some.WriterId}' AND seq = 2");

        foreach (var report in await stores.VerifyAsync())
        {
            var finding = report.Findings[0];
            Assert.Equal(ChainFault.Altered, finding.Fault);
            Assert.Equal(2, finding.Seq);
        }
    }

    [Theory]
    [InlineData("an exponent that wraps around to another", "1e4294967299")]
    [InlineData("an exponent that would fill all memory", "1e2147483640")]
    [InlineData("no JSON", "1e3]")]
    public async Task Finds_in_SQLite_that_a_number_was_made(string what, string number)
    {
        var entry = Some.Entry(1) with { RequestArgs = Some.Utf8("""{"arguments":{"n":1e3}}""") };
        await using var stores = new TamperedStores(await BothStores.WithAsync(postgres, entry));

        await stores.ChangeAsync(
            "SELECT 1", $"UPDATE audit_log SET request_args = replace(request_args, '1e3', '{number}')");

        var reports = await stores.VerifyAsync();
        Assert.True(reports[0].IsIntact);
        Assert.True(reports[1].Findings.Single().Fault == ChainFault.Altered, what);
    }

    [Fact]
    public async Task Finds_nothing_in_what_a_chain_is_not_about()
    {
        await using var stores = await FilledAsync();

        await stores.ChangeAsync("UPDATE audit_log SET created_at = created_at");

        Assert.All(await stores.VerifyAsync(), report => Assert.True(report.IsIntact));
    }

    [Theory]
    [InlineData("an empty text for a NULL", "client_issuer = '' WHERE client_issuer IS NULL AND seq = 2")]
    [InlineData(
        "a text moved to its neighbour",
        "client_issuer = NULL, client_tenant = client_issuer WHERE client_issuer IS NOT NULL AND seq = 2")]
    public async Task Finds(string what, string change)
    {
        await using var stores = await FilledAsync();

        await stores.ChangeAsync($"UPDATE audit_log SET {change}");

        Assert.All(await stores.VerifyAsync(), report => Assert.True(report.FindingCount == 1, what));
    }

    [Theory]
    [InlineData("the first row", "seq = 1 AND \"timestamp\" < '2026-12-01'", ChainFault.Missing)]
    [InlineData("a row between", "seq = 3 AND \"timestamp\" < '2026-12-01'", ChainFault.Missing)]
    [InlineData("the last row", "seq = 5 AND \"timestamp\" < '2026-12-01'", ChainFault.Cut)]
    public async Task Finds_that_was_removed(string what, string where, ChainFault fault)
    {
        await using var stores = await FilledAsync();

        await stores.ChangeAsync($"DELETE FROM audit_log WHERE journal_id = '{Some.WriterId}' AND {where}");

        Assert.All(await stores.VerifyAsync(), report =>
        {
            Assert.True(report.FindingCount == 1, $"{what}: {string.Join('\n', report.Findings)}");
            Assert.Equal(fault, report.Findings[0].Fault);
        });
    }

    [Fact]
    public async Task Finds_that_a_whole_chain_was_removed_while_its_month_stays()
    {
        await using var stores = await FilledAsync();

        await stores.ChangeAsync($"DELETE FROM audit_log WHERE journal_id = '{OtherWriter}'");

        Assert.All(await stores.VerifyAsync(), report =>
            Assert.Equal([ChainFault.Cut], report.Findings.Select(finding => finding.Fault)));
    }

    [Fact]
    public async Task Takes_a_month_without_any_row_for_a_dropped_one_and_says_so()
    {
        await using var stores = await FilledAsync();

        await stores.ChangeAsync("DELETE FROM audit_log WHERE \"timestamp\" >= '2026-12-01'");

        Assert.All(await stores.VerifyAsync(), report =>
        {
            Assert.True(report.IsIntact, string.Join('\n', report.Findings));
            Assert.Equal([new DroppedMonth(new DateOnly(2026, 12, 1), 1, 1)], report.DroppedMonths);
        });
    }

    [Theory]
    [InlineData("a copy", "seq", ChainFault.OutOfOrder)]
    [InlineData("a row under a new number", "seq + 1000", ChainFault.Missing)]
    [InlineData("a row without a number", "NULL", ChainFault.Unchained)]
    public async Task Finds_that_was_put_in(string what, string seq, ChainFault fault)
    {
        await using var stores = await FilledAsync();
        const string Columns = "request_id, \"timestamp\", client_subject, client_role, tool_name, backend_name, "
            + "response_status, latency_ms, created_at, journal_id, chain_hash";

        await stores.ChangeAsync(
            $"INSERT INTO audit_log ({Columns}, seq) SELECT {Columns}, {seq} FROM audit_log "
            + $"WHERE journal_id = '{OtherWriter}' AND seq = 2");

        Assert.All(await stores.VerifyAsync(), report =>
            Assert.True(report.Findings[0].Fault == fault, $"{what}: {report.Findings[0]}"));
    }

    [Fact]
    public async Task Finds_that_two_rows_changed_places()
    {
        await using var stores = await FilledAsync();

        await stores.ChangeAsync(
            $"UPDATE audit_log SET seq = 5 - seq WHERE journal_id = '{Some.WriterId}' AND seq IN (2, 3)");

        Assert.All(await stores.VerifyAsync(), report => Assert.False(report.IsIntact));
    }

    [Fact]
    public async Task Finds_a_checkpoint_that_was_set_back_with_its_rows_only_against_an_anchor()
    {
        await using var stores = await FilledAsync();
        var heads = (await stores.VerifyAsync()).Select(report => report.Heads).ToList();

        await stores.ChangeAsync(
            $"DELETE FROM audit_log WHERE journal_id = '{OtherWriter}' AND seq = 3",
            after: $"UPDATE audit_checkpoint SET seq = 2, chain_hash = (SELECT chain_hash FROM audit_log "
                + $"WHERE journal_id = '{OtherWriter}' AND seq = 2) WHERE journal_id = '{OtherWriter}'");

        Assert.All(await stores.VerifyAsync(), report => Assert.True(report.IsIntact));
        Assert.All(await stores.VerifyAsync(heads[0]), report =>
            Assert.Equal([ChainFault.Unanchored], report.Findings.Select(finding => finding.Fault)));
    }

    [Fact]
    public async Task Keeps_an_anchor_in_a_file_and_holds_a_longer_chain_against_it()
    {
        await using var stores = await FilledAsync();
        using var folder = new Sentinel.Tests.Shared.TemporaryFolder();
        var path = folder.File("anchor.json");
        var report = (await stores.VerifyAsync())[0];

        await ChainAnchors.WriteAsync(path, report.Heads, DateTimeOffset.UnixEpoch, CancellationToken.None);
        var anchors = await ChainAnchors.ReadAsync(path, CancellationToken.None);

        Assert.Equal(report.Heads, anchors);
        Assert.All(await stores.VerifyAsync(anchors), again => Assert.True(again.IsIntact));
        var forged = anchors.Select(anchor => anchor with { ChainHash = new string('0', 64) }).ToList();
        Assert.All(await stores.VerifyAsync(forged), again => Assert.Equal(forged.Count, again.FindingCount));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"heads\":[{\"seq\":1}]}")]
    [InlineData("{\"heads\":[{\"journal_id\":\"x\",\"month\":\"2026-11-01\",\"seq\":1,\"chain_hash\":\"\"}]}")]
    public async Task Says_of_a_file_that_it_is_no_anchor(string content)
    {
        using var folder = new Sentinel.Tests.Shared.TemporaryFolder();
        var path = folder.File("anchor.json");
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);

        var fault = await Assert.ThrowsAsync<AuditReadException>(
            () => ChainAnchors.ReadAsync(path, CancellationToken.None));

        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
    }

    // Five rows and three by two writers in one month, and one in the next.
    private async Task<TamperedStores> FilledAsync()
    {
        var stores = await BothStores.WithAsync(
            postgres,
            [
                Full(1), Full(2), Full(3), Full(4), Full(5), Some.Entry(6) with { Timestamp = NextMonth },
            ]);
        await stores.WriteAsync(OtherWriter, [.. Enumerable.Range(11, 3).Select(Some.Entry)]);
        return new TamperedStores(stores);
    }

    private static AuditEntry Full(int number) => Some.FullEntry() with
    {
        RequestId = Some.Entry(number).RequestId,
        JsonRpcId = number.ToString(CultureInfo.InvariantCulture),
    };
}
