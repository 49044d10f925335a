using Sentinel.Audit.Stores;
using Xunit;

namespace Sentinel.Audit.Tests;

/// <summary>Where a store may stand when a batch comes to it.</summary>
public sealed class CheckpointsTests
{
    private static readonly DateOnly Month = new(2026, 11, 1);

    [Theory]
    [InlineData(10, 500, "before")]
    [InlineData(15, 600, "after")]
    [InlineData(8, 400, "Rewound")]
    [InlineData(8, 500, "Rewound")]
    [InlineData(12, 550, "Final")]
    [InlineData(11, 500, "Final")]
    [InlineData(11, 400, "Final")]
    [InlineData(20, 900, "Final")]
    public void A_journals_batch_is_before_after_or_told_what_to_do(long seq, long position, string expected) =>
        Assert.Equal(expected, Find(Batch(position: 600, before: 500), new Checkpoint(seq, Position: position)));

    // Rows that no journal has move numbers only; there is nothing to go back to.
    [Theory]
    [InlineData(10, "before")]
    [InlineData(15, "after")]
    [InlineData(8, "Final")]
    [InlineData(12, "Final")]
    public void A_writers_without_a_journal_has_no_earlier_place(long seq, string expected) =>
        Assert.Equal(expected, Find(Batch(position: null, before: 0), new Checkpoint(seq)));

    private static string Find(AuditBatch batch, Checkpoint stored)
    {
        try
        {
            var isThere = Checkpoints.Holds(batch, new Dictionary<DateOnly, Checkpoint> { [Month] = stored });
            return isThere ? "after" : "before";
        }
        catch (AuditStoreException exception)
        {
            return exception.Failure.ToString();
        }
    }

    private static AuditBatch Batch(long? position, long before) => new(
        Some.WriterId, "host:1", Some.Rows(5), new long[5], new byte[5][], [new MonthMove(Month, 10, 15, [])], Dropped: 0)
    {
        PositionBefore = before,
        Position = position,
    };
}
