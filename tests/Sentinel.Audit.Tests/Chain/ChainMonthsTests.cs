using Sentinel.Audit.Chain;
using Sentinel.Audit.Reading;
using Sentinel.Audit.Tests.Reading;
using Xunit;

namespace Sentinel.Audit.Tests.Chain;

public sealed class ChainMonthsTests(PostgresFixture postgres)
{
    private static readonly DateTime NextMonth = new(2026, 12, 1, 0, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(null, null, "2001-01-01", true)]
    [InlineData("2026-11-20T12:00Z", null, "2026-11-01", true)]
    [InlineData("2026-11-20T12:00Z", null, "2026-10-31", false)]
    [InlineData(null, "2026-12-01T00:00Z", "2026-11-30", true)]
    [InlineData(null, "2026-12-01T00:00Z", "2026-12-01", false)]
    [InlineData(null, "2026-12-01T00:01Z", "2026-12-31", true)]
    [InlineData("2026-12-01T00:30+01:00", null, "2026-11-05", true)]
    public void A_month_that_the_span_touches_is_whole_in_it(string? from, string? to, string day, bool isIn) =>
        Assert.Equal(
            isIn,
            ChainMonths.Touching(Time(from), Time(to))
                .Contains(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void The_ends_of_the_calendar_are_months_too()
    {
        var all = ChainMonths.Touching(DateTimeOffset.MinValue, DateTimeOffset.MaxValue);

        Assert.True(all.Contains(DateOnly.MinValue) && all.Contains(DateOnly.MaxValue));
        Assert.Null(all.To);
    }

    [Fact]
    public async Task Only_their_rows_and_checkpoints_are_verified_and_who_watches_is_told()
    {
        var entries = Enumerable.Range(1, 600).Select(Some.Entry).ToList();
        var stores = await BothStores.WithAsync(
            postgres, [.. entries, Some.Entry(1000) with { Timestamp = NextMonth }]);
        await using var tampered = new TamperedStores(stores);
        await tampered.ChangeAsync("UPDATE audit_log SET client_subject = 'x' WHERE seq = 3");
        var month = new DateOnly(Some.Time.Year, Some.Time.Month, 1);
        foreach (var reader in new[] { stores.Postgres, stores.Sqlite })
        {
            var seen = new List<(long Rows, AuditWriterMonth? Writer, long Findings)>();

            var changed = await ChainVerifier.VerifyAsync(
                reader, [], CancellationToken.None, new ChainMonths(month, month), (report, writer) =>
                {
                    seen.Add((report.Rows, writer, report.FindingCount));
                    return ValueTask.CompletedTask;
                });
            var untouched = await ChainVerifier.VerifyAsync(
                reader, [], CancellationToken.None, new ChainMonths(month.AddMonths(1), null));
            var neither = await ChainVerifier.VerifyAsync(
                reader, [], CancellationToken.None, new ChainMonths(null, month.AddMonths(-1)));

            Assert.Equal((600, 1), (changed.Rows, changed.FindingCount));
            Assert.Equal([(256, 1), (512, 1)], seen.Select(one => (one.Rows, one.Findings)));
            Assert.All(seen, one => Assert.Equal(month, one.Writer!.Value.Month));
            Assert.Equal((1, 0), (untouched.Rows, untouched.FindingCount));
            Assert.Equal((0, 0), (neither.Rows, neither.FindingCount));
        }
    }

    private static DateTimeOffset? Time(string? text) =>
        text is null ? null : DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
