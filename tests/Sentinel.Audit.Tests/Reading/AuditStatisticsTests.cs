using Sentinel.Audit.Reading;
using Xunit;

namespace Sentinel.Audit.Tests.Reading;

/// <summary>Figures are those that a plain reckoning of the same calls gives, in both stores.</summary>
public sealed class AuditStatisticsTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(AuditGrouping.Tool)]
    [InlineData(AuditGrouping.Caller)]
    [InlineData(AuditGrouping.Backend)]
    [InlineData(AuditGrouping.Reason)]
    [InlineData(AuditGrouping.Minute)]
    [InlineData(AuditGrouping.Hour)]
    [InlineData(AuditGrouping.Day)]
    public async Task Are_counted_and_ranked_as_by_hand(AuditGrouping grouping)
    {
        const int Seed = 20261124;
        var entries = Random(Seed, 400);
        await using var stores = await BothStores.WithAsync(postgres, entries);

        foreach (var reader in new[] { stores.Postgres, stores.Sqlite })
        {
            var statistics = await reader.ReadStatisticsAsync(new AuditQuery(), grouping, CancellationToken.None);

            var expected = entries.GroupBy(entry => KeyOf(entry, grouping)).Select(group => Figures(group.Key, group));
            Assert.Equal(Figures("", entries), statistics.Total);
            Assert.Equal(expected.OrderBy(f => f.Key, StringComparer.Ordinal),
                statistics.Groups.OrderBy(f => f.Key, StringComparer.Ordinal));
            Assert.Equal(statistics.Groups.Count, statistics.GroupCount);
        }
    }

    [Fact]
    public async Task Are_of_the_calls_that_the_query_finds()
    {
        var entries = Random(7, 200);
        await using var stores = await BothStores.WithAsync(postgres, entries);
        var query = new AuditQuery { Caller = "c1", From = new DateTimeOffset(Some.Time.AddHours(3)) };

        foreach (var reader in new[] { stores.Postgres, stores.Sqlite })
        {
            var statistics = await reader.ReadStatisticsAsync(query, AuditGrouping.Tool, CancellationToken.None);

            Assert.Equal(
                Figures("", entries.Where(e => e.ClientSubject == "c1" && e.Timestamp >= Some.Time.AddHours(3))),
                statistics.Total);
        }
    }

    [Fact]
    public async Task Of_many_groups_those_with_the_most_calls_come_and_all_are_counted()
    {
        var entries = Enumerable.Range(0, 60)
            .Select(i => Some.Entry(i) with { ClientSubject = i < 20 ? "busy" : $"c{i}" })
            .ToArray();
        await using var stores = await BothStores.WithAsync(postgres, entries);

        foreach (var reader in new[] { stores.Postgres, stores.Sqlite })
        {
            var statistics = await reader.ReadStatisticsAsync(
                new AuditQuery { Limit = 3 }, AuditGrouping.Caller, CancellationToken.None);

            Assert.Equal((60, 41), (statistics.Total.Calls, statistics.GroupCount));
            Assert.Equal(3, statistics.Groups.Count);
            Assert.Equal(("busy", 20L), (statistics.Groups[0].Key, statistics.Groups[0].Calls));
        }
    }

    [Fact]
    public async Task Of_nothing_are_naught()
    {
        await using var stores = await BothStores.WithAsync(postgres);
        foreach (var reader in new[] { stores.Postgres, stores.Sqlite })
        {
            var statistics = await reader.ReadStatisticsAsync(
                new AuditQuery(), AuditGrouping.Tool, CancellationToken.None);

            Assert.Equal(new AuditFigures("", 0, 0, 0, null, null, null), statistics.Total);
            Assert.Empty(statistics.Groups);
        }
    }

    [Fact]
    public async Task Of_denied_calls_have_no_percentiles()
    {
        await using var stores = await BothStores.WithAsync(
            postgres, Some.Entry() with { Outcome = AuditOutcome.Denied });
        foreach (var reader in new[] { stores.Postgres, stores.Sqlite })
        {
            var statistics = await reader.ReadStatisticsAsync(
                new AuditQuery(), AuditGrouping.Tool, CancellationToken.None);

            Assert.Equal(new AuditFigures("github/search_code", 1, 0, 1, null, null, null), statistics.Groups[0]);
        }
    }

    private static AuditFigures Figures(string key, IEnumerable<AuditEntry> entries)
    {
        var calls = entries.ToList();
        var latencies = calls.Where(e => e.Outcome != AuditOutcome.Denied).Select(e => e.LatencyUs).Order().ToList();
        return new AuditFigures(
            key,
            calls.Count,
            calls.Count(e => e.Outcome == AuditOutcome.Error),
            calls.Count(e => e.Outcome == AuditOutcome.Denied),
            Rank(0.5),
            Rank(0.95),
            Rank(0.99));

        long? Rank(double part) =>
            latencies.Count == 0 ? null : latencies[(int)Math.Ceiling(part * latencies.Count) - 1];
    }

    private static string KeyOf(AuditEntry entry, AuditGrouping grouping) => grouping switch
    {
        AuditGrouping.Tool => $"{entry.BackendName}/{entry.ToolName}",
        AuditGrouping.Caller => entry.ClientSubject,
        AuditGrouping.Backend => entry.BackendName,
        AuditGrouping.Reason => entry.Reason ?? "",
        AuditGrouping.Minute => $"{entry.Timestamp:yyyy-MM-dd HH:mm}",
        AuditGrouping.Hour => $"{entry.Timestamp:yyyy-MM-dd HH}:00",
        _ => $"{entry.Timestamp:yyyy-MM-dd}",
    };

    private static AuditEntry[] Random(int seed, int count)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(i => Some.Entry(i) with
            {
                Timestamp = Some.Time.AddMinutes(random.Next(3000)),
                ClientSubject = $"c{random.Next(4)}",
                ToolName = $"t{random.Next(5)}",
                BackendName = $"b{random.Next(2)}",
                Outcome = (AuditOutcome)random.Next(3),
                LatencyUs = random.Next(1, 2_000_000),
                Reason = i % 3 == 0 ? null : $"r{i % 5}",
            }),
        ];
    }
}
