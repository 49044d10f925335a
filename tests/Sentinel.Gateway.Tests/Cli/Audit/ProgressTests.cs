using Sentinel.Gateway.Cli.Audit;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Cli.Audit;

/// <summary>Progress is shown where somebody watches, and leaves nothing behind.</summary>
public sealed class ProgressTests
{
    [Fact]
    public void A_bar_goes_by_the_time_of_the_rows()
    {
        var end = new DateTimeOffset(2026, 11, 2, 0, 0, 0, TimeSpan.Zero);
        var bar = new ExportBar(end);
        Assert.Contains("Searching", bar.Text(TimeSpan.FromSeconds(1)), StringComparison.Ordinal);

        bar.Advance(Micros(end.AddDays(-1)));
        bar.Advance(Micros(end.AddHours(-12)));

        Assert.Equal(
            "[###############...............] 50 %, 2 calls, 1/s", bar.Text(TimeSpan.FromSeconds(2)));
        bar.Advance(Micros(end.AddHours(1)));
        Assert.Contains("100 %", bar.Text(TimeSpan.FromSeconds(2)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_line_is_written_where_somebody_watches_and_is_gone_at_the_end(bool isWatched)
    {
        var clock = new TestClock();
        var error = new StringWriter();
        var line = new ProgressLine(
            new AuditConsole(TextWriter.Null, error, IsWatched: isWatched), clock, elapsed => "working");

        clock.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal("", error.ToString());
        clock.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal(isWatched, error.ToString().Contains("working", StringComparison.Ordinal));
        line.Dispose();
        var atEnd = error.ToString();
        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(atEnd, error.ToString());
        Assert.Equal(isWatched, atEnd.EndsWith("\r\u001b[K", StringComparison.Ordinal));
    }

    private static long Micros(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMicrosecond;
}
