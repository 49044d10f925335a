using Sentinel.Audit.Reading;
using Xunit;

namespace Sentinel.Audit.Tests.Reading;

/// <summary>Each restriction means the same in both stores, and what its documentation says.</summary>
public sealed class AuditQueryTests(PostgresFixture postgres)
{
    private static readonly DateTimeOffset Start = new(Some.Time);

    private static readonly Guid Other = Guid.Parse("0190c0de-0000-7000-8000-000000000002");

    [Theory]
    [InlineData("github", "github", "GitHub")]
    [InlineData("*", "github", "", "100%")]
    [InlineData("search_*", "search_code", "searchXcode", "research_code", "Search_code")]
    [InlineData("search?code", "search_code,searchXcode,search😀code", "searchcode", "search__code")]
    [InlineData("100%", "100%", "1000", "100")]
    [InlineData("100%*", "100%,100%x", "1000")]
    [InlineData(@"a\*", @"a\,a\b", "a*", "ab")]
    [InlineData(@"a\?c", @"a\bc", "a?c", @"a\c")]
    [InlineData("[ab]*", "[ab],[ab]c", "a", "b", "ac")]
    [InlineData("*[^a]?", "x[^a]b,[^a]😀", "b", "xb")]
    [InlineData("a]*", "a],a]b", "a")]
    [InlineData("**a**", "a,banana", "b")]
    [InlineData("_*", "_x,_", "x")]
    public async Task A_pattern_finds_by_its_wildcards_and_by_nothing_else(
        string pattern,
        string found,
        params string[] notFound)
    {
        // A star alone finds everything.
        var expected = pattern == "*" ? [found, .. notFound] : found.Split(',');
        var names = found.Split(',').Concat(notFound).ToArray();
        await using var stores = await BothStores.WithAsync(
            postgres, [.. names.Select((name, i) => Entry(i) with { ToolName = name, BackendName = name })]);

        var byTool = await stores.ReadAsync(new AuditQuery { Tool = pattern });
        var byBackend = await stores.ReadAsync(new AuditQuery { Backend = pattern });

        Assert.Equal(expected.Order(), byTool.Postgres.Select(row => row.ToolName).Order());
        Assert.Equal(expected.Order(), byTool.Sqlite.Select(row => row.ToolName).Order());
        Assert.Equal(expected.Order(), byBackend.Postgres.Select(row => row.BackendName).Order());
        Assert.Equal(expected.Order(), byBackend.Sqlite.Select(row => row.BackendName).Order());
    }

    [Fact]
    public async Task Every_restriction_finds_what_it_names()
    {
        var entries = Mixed(240);
        await using var stores = await BothStores.WithAsync(postgres, entries);
        (AuditQuery Query, Func<AuditEntry, bool> Expected)[] cases =
        [
            (new(), _ => true),
            (new() { From = Start.AddSeconds(10) }, e => e.Timestamp >= Some.Time.AddSeconds(10)),
            (new() { To = Start.AddSeconds(10) }, e => e.Timestamp < Some.Time.AddSeconds(10)),
            (new() { From = Start.AddSeconds(5).ToOffset(TimeSpan.FromHours(5)), To = Start.AddSeconds(6) },
                e => e.Timestamp == Some.Time.AddSeconds(5)),
            (new() { Caller = "bob" }, e => e.ClientSubject == "bob"),
            (new() { Caller = "' OR 1=1 --" }, _ => false),
            (new() { Issuer = "https://a" }, e => e.ClientIssuer == "https://a"),
            (new() { Role = "admin" }, e => e.ClientRole.Split(',').Contains("admin")),
            (new() { Role = "" }, e => e.ClientRole.Split(',').Contains("")),
            (new() { Role = "adm" }, _ => false),
            (new() { Outcome = AuditOutcome.Success }, e => e.Outcome == AuditOutcome.Success),
            (new() { Outcome = AuditOutcome.Error }, e => e.Outcome == AuditOutcome.Error),
            (new() { Outcome = AuditOutcome.Denied }, e => e.Outcome == AuditOutcome.Denied),
            (new() { Reason = "rbac" }, e => e.Reason == "rbac"),
            (new() { RequestId = entries[77].RequestId }, e => e == entries[77]),
            (new() { SessionHash = "aa" }, e => e.SessionHash == "aa"),
            (new() { Method = "prompts/get" }, e => e.Method == "prompts/get"),
            (new() { Caller = "bob", Tool = "tool_1*", Outcome = AuditOutcome.Denied, To = Start.AddSeconds(30) },
                e => e.ClientSubject == "bob" && e.ToolName.StartsWith("tool_1", StringComparison.Ordinal)
                    && e.Outcome == AuditOutcome.Denied && e.Timestamp < Some.Time.AddSeconds(30)),
        ];

        foreach (var (query, expected) in cases)
        {
            var (fromPostgres, fromSqlite) = await stores.ReadAsync(query);

            var ids = entries.Where(expected).Select(entry => entry.RequestId).ToList();
            Assert.True(ids.Count > 0 || query.Caller?.StartsWith('\'') == true || query.Role == "adm", $"{query}");
            Assert.Equal(ids.Order(), fromPostgres.Select(row => row.RequestId).Order());
            Assert.Equal(fromPostgres.Select(row => row.RequestId), fromSqlite.Select(row => row.RequestId));
        }
    }

    [Theory]
    [InlineData(AuditOrder.OldestFirst)]
    [InlineData(AuditOrder.NewestFirst)]
    [InlineData(AuditOrder.AsWritten)]
    public async Task Pages_make_up_the_whole_without_a_row_twice_or_none(AuditOrder order)
    {
        await using var stores = await BothStores.WithAsync(postgres, Mixed(100));
        foreach (var reader in new[] { stores.Postgres, stores.Sqlite })
        {
            var whole = await BothStores.ListAsync(reader, new AuditQuery { Order = order });
            var paged = new List<StoredRow>();
            AuditCursor? after = null;
            while (await BothStores.ListAsync(reader, new() { Order = order, After = after, Limit = 7 })
                is { Count: > 0 } page)
            {
                Assert.True(page.Count <= 7);
                paged.AddRange(page);
                Assert.True(AuditCursor.TryParse(page[^1].Cursor.ToString(), out var cursor));
                after = cursor;
            }

            Assert.Equal(100, whole.Count);
            Assert.Equal(whole.Select(row => row.Id), paged.Select(row => row.Id));
            Func<StoredRow, long> key = order == AuditOrder.AsWritten ? row => row.Id : row => row.TimestampMicros;
            Assert.Equal(
                order == AuditOrder.NewestFirst ? whole.Select(key).OrderDescending() : whole.Select(key).Order(),
                whole.Select(key));
        }
    }

    [Fact]
    public async Task A_writers_month_comes_in_the_order_of_its_numbers()
    {
        await using var stores = await BothStores.WithAsync(
            postgres,
            Entry(1) with { Timestamp = Some.Time.AddSeconds(9) },
            Entry(2) with { Timestamp = Some.Time.AddMonths(1) },
            Entry(3));
        await stores.WriteAsync(Other, Entry(4), Entry(5));
        var query = new AuditQuery
        {
            Writer = new AuditWriterMonth(Some.WriterId, new DateOnly(2026, 11, 5)),
            Order = AuditOrder.Sequence,
        };

        var (fromPostgres, fromSqlite) = await stores.ReadAsync(query);
        var (december, _) = await stores.ReadAsync(query with { Writer = new(Some.WriterId, new(2026, 12, 1)) });

        Assert.Equal([(1L, 1), (2L, 3)], fromPostgres.Select(row => (row.Seq!.Value, Number(row))));
        Assert.Equal([(1L, 1), (2L, 3)], fromSqlite.Select(row => (row.Seq!.Value, Number(row))));
        Assert.Equal([(1L, 2)], december.Select(row => (row.Seq!.Value, Number(row))));
    }

    [Theory]
    [InlineData("too long", null)]
    [InlineData("a\0b", null)]
    [InlineData(null, "admin,guest")]
    public async Task What_cannot_be_asked_is_said_before_the_store_is_asked(string? tool, string? role)
    {
        tool = tool == "too long" ? new string('x', AuditQuery.TextCharsMax + 1) : tool;
        await using var reader = AuditReader.Open(new AuditOptions(), _ => "Host=127.0.0.1;Port=1");

        await Assert.ThrowsAsync<AuditQueryException>(
            () => BothStores.ListAsync(reader, new AuditQuery { Tool = tool, Role = role }));
        await Assert.ThrowsAsync<AuditQueryException>(
            () => BothStores.ListAsync(reader, new AuditQuery { Order = AuditOrder.Sequence }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("12-")]
    [InlineData("-1-2")]
    [InlineData("1-2-3")]
    [InlineData("9223372036854775807-1")]
    [InlineData("1' OR 1=1-1")]
    public void What_is_no_cursor_is_not_read_as_one(string text) => Assert.False(AuditCursor.TryParse(text, out _));

    private static AuditEntry Entry(int number) => Some.Entry(number);

    private static int Number(StoredRow row) => Convert.ToInt32(row.RequestId.ToString()[^4..], 16);

    // Several rows share a microsecond, and the order of writing is not that of arrival.
    private static AuditEntry[] Mixed(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => Some.Entry(i) with
        {
            Timestamp = Some.Time.AddSeconds(i * 7 % 60),
            ClientSubject = i % 3 == 0 ? "bob" : "alice",
            ClientIssuer = i % 4 == 0 ? "https://a" : null,
            ClientRole = (i % 5) switch { 0 => "admin", 1 => "admin,guest", 2 => "a.admin,guest", 3 => "", _ => "x" },
            ToolName = $"tool_{i % 20}",
            Outcome = (AuditOutcome)(i / 3 % 3),
            Reason = i % 7 == 0 ? "rbac" : null,
            SessionHash = i % 6 == 0 ? "aa" : null,
            Method = i % 11 == 0 ? "prompts/get" : "tools/call",
        }),
    ];
}
