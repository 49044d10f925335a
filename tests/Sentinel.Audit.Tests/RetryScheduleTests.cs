using Xunit;

namespace Sentinel.Audit.Tests;

public sealed class RetryScheduleTests
{
    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(3, 400)]
    [InlineData(6, 3200)]
    [InlineData(7, 5000)]
    [InlineData(8, 5000)]
    [InlineData(int.MaxValue, 5000)]
    public void Doubles_up_to_five_seconds(int failures, int milliseconds)
    {
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), RetrySchedule.DelayAfter(failures, jitter: 1));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds / 2.0), RetrySchedule.DelayAfter(failures, jitter: 0));
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, -0.1)]
    [InlineData(1, 1.1)]
    public void Refuses_what_makes_no_sense(int failures, double jitter)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrySchedule.DelayAfter(failures, jitter));
    }
}
