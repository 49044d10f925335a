using System.Globalization;
using Microsoft.Extensions.Logging;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests;

public sealed class AuditChannelTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly LogSpy _log = new();
    private readonly TestMeters _meters = new();

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Refuses_and_counts_what_does_not_fit()
    {
        using var channel = Channel(capacity: 2);

        Assert.True(channel.TryWrite(Some.Entry(1)));
        Assert.True(channel.TryWrite(Some.Entry(2)));
        Assert.False(channel.TryWrite(Some.Entry(3)));

        Assert.Equal((2, 1), (channel.Status.Queued, channel.Status.Dropped));
        var metrics = _meters.Read();
        Assert.Equal(2, metrics["sentinel.audit.enqueued"]);
        Assert.Equal(1, metrics["sentinel.audit.dropped"]);
        Assert.Equal(2, metrics["sentinel.audit.queued"]);
    }

    [Fact]
    public void Warns_of_drops_at_most_once_a_second_and_its_counts_add_up()
    {
        using var channel = Channel(capacity: 1);
        channel.TryWrite(Some.Entry());

        for (var i = 0; i < 30; i++)
        {
            channel.TryWrite(Some.Entry());
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        _clock.Advance(TimeSpan.FromSeconds(5));
        var warnings = _log.WithId(3000);
        Assert.Equal(3, warnings.Count);
        Assert.All(warnings, warning => Assert.Equal(LogLevel.Warning, warning.Level));
        Assert.Equal(30, warnings.Sum(warning => int.Parse(warning.Text.Split(' ')[0], CultureInfo.InvariantCulture)));
        Assert.StartsWith("10 audit entries dropped: ", warnings[0].Text);
    }

    [Fact]
    public void Says_nothing_while_nothing_is_dropped()
    {
        using var channel = Channel(capacity: 10);
        channel.TryWrite(Some.Entry());

        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Empty(_log.Messages);
    }

    [Fact]
    public void Does_not_log_on_the_call_path()
    {
        using var channel = Channel(capacity: 1);

        for (var i = 0; i < 10_000; i++)
        {
            channel.TryWrite(Some.Entry());
        }

        Assert.Empty(_log.Messages);
    }

    [Fact]
    public void Does_nothing_when_recording_is_off()
    {
        using var channel = Channel(capacity: 1, enabled: false);

        Assert.False(channel.IsEnabled);
        Assert.False(channel.TryWrite(Some.Entry()));

        Assert.Equal(
            new AuditStatus(false, "none", true, null, null, 0, 0, 0, 0),
            channel.Status);
        Assert.Equal(0, _clock.PendingTimers);
    }

    [Fact]
    public void Counts_what_comes_after_it_was_closed()
    {
        using var channel = Channel(capacity: 10);
        channel.Close();

        Assert.False(channel.TryWrite(Some.Entry()));

        Assert.Equal(1, channel.Status.Dropped);
    }

    private AuditChannel Channel(int capacity, bool enabled = true) => new(
        capacity,
        new AuditCounters(_meters),
        new AuditHealth(enabled, enabled ? "Fake" : "none"),
        _clock,
        _log.For<AuditChannel>());
}
