using System.Globalization;
using Sentinel.Gateway.Records;
using Xunit;

namespace Sentinel.Gateway.Tests.Records;

public sealed class TimeWordsTests
{
    // A Tuesday.
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 9, 30, 15, TimeSpan.Zero);

    [Theory]
    [InlineData("now", "2026-11-24T09:30:15")]
    [InlineData("7 days ago", "2026-11-17T09:30:15")]
    [InlineData("  7  Days   AGO ", "2026-11-17T09:30:15")]
    [InlineData("1 day ago", "2026-11-23T09:30:15")]
    [InlineData("a day ago", "2026-11-23T09:30:15")]
    [InlineData("an hour ago", "2026-11-24T08:30:15")]
    [InlineData("last hour", "2026-11-24T08:30:15")]
    [InlineData("24h", "2026-11-23T09:30:15")]
    [InlineData("90m", "2026-11-24T08:00:15")]
    [InlineData("90 min ago", "2026-11-24T08:00:15")]
    [InlineData("45 s", "2026-11-24T09:29:30")]
    [InlineData("2w", "2026-11-10T09:30:15")]
    [InlineData("last week", "2026-11-17T09:30:15")]
    [InlineData("1 month ago", "2026-10-24T09:30:15")]
    [InlineData("2 years ago", "2024-11-24T09:30:15")]
    [InlineData("today", "2026-11-24T00:00:00")]
    [InlineData("yesterday", "2026-11-23T00:00:00")]
    [InlineData("yesterday 14:00", "2026-11-23T14:00:00")]
    [InlineData("today at 9:05:07", "2026-11-24T09:05:07")]
    [InlineData("monday", "2026-11-23T00:00:00")]
    [InlineData("last Monday 09:30", "2026-11-23T09:30:00")]
    [InlineData("tuesday", "2026-11-17T00:00:00")]
    [InlineData("wednesday", "2026-11-18T00:00:00")]
    [InlineData("2026-11", "2026-11-01T00:00:00")]
    [InlineData("2026-11-20", "2026-11-20T00:00:00")]
    [InlineData("2026-11-20T10:00", "2026-11-20T10:00:00")]
    [InlineData("2026-11-20 10:00:05", "2026-11-20T10:00:05")]
    [InlineData("2026-11-20T10:00:00Z", "2026-11-20T10:00:00")]
    [InlineData("2026-11-20T10:00:00+02:00", "2026-11-20T08:00:00")]
    [InlineData("2026-11-20T10:00:00.5+02:00", "2026-11-20T08:00:00.5")]
    public void A_time_is_read_as_it_is_meant(string text, string expected)
    {
        Assert.True(TimeWords.TryParse(text, Now, out var time));

        Assert.Equal(DateTimeOffset.Parse(expected + "Z", CultureInfo.InvariantCulture), time);
        Assert.Equal(TimeSpan.Zero, time.Offset);
    }

    [Fact]
    public void Days_are_days_of_UTC_whatever_offset_the_clock_has()
    {
        Assert.True(TimeWords.TryParse("today", new(2026, 11, 24, 1, 0, 0, TimeSpan.FromHours(5)), out var time));

        Assert.Equal(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero), time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("7")]
    [InlineData("days ago")]
    [InlineData("-7 days ago")]
    [InlineData("7 days from now")]
    [InlineData("7.5 days ago")]
    [InlineData("9999999 days ago")]
    [InlineData("999999 years ago")]
    [InlineData("2026-13-01")]
    [InlineData("2026-02-30")]
    [InlineData("24/11/2026")]
    [InlineData("11/24/2026")]
    [InlineData("yesterday 25:00")]
    [InlineData("yesterday 14")]
    [InlineData("someday")]
    [InlineData("2026-11-20T10:00:00 Europe/Berlin")]
    public void What_could_be_read_in_two_ways_or_in_none_is_not_read(string text) =>
        Assert.False(TimeWords.TryParse(text, Now, out _));
}
